import { create } from 'zustand'
import type { Bridge } from '../../src-main/contract/contract.ts'
import { FailureError } from '../../src-main/contract/failure.ts'
import type { Failure } from '../../src-main/contract/failure.ts'
import { conversations } from './conversations.ts'
import { browserPort, desktopPort, isDesktop } from './port.ts'
import type { MainPort } from './port.ts'

const reconnectAfterMs = 1_000

/** Whether main can be reached. `generation` counts the connections: what was asked of an earlier one is asked anew. */
export const useLink = create<{ readonly isUp: boolean; readonly generation: number; readonly problem: string | null }>(() => ({
  isUp: false,
  generation: 0,
  problem: null,
}))

let port: MainPort | undefined
const talk = conversations(message => {
  if (port === undefined) throw new FailureError({ code: 'DISCONNECTED', message: 'the workbench process is not reachable' })
  port.send(message)
})

/** The only way to the main process: typed calls and streams over whichever door this page came through. */
export const bridge: Bridge = talk

/** Opens the door and keeps it open: a lost one is opened again every second. Called once, by the entry. */
export async function connectBridge(): Promise<void> {
  const listener = { onMessage: talk.receive, onClose: lost }
  try {
    port = isDesktop() ? await desktopPort(listener) : await browserPort(listener)
    useLink.setState(state => ({ isUp: true, generation: state.generation + 1, problem: null }))
  } catch (error) {
    useLink.setState({ isUp: false, problem: error instanceof Error ? error.message : String(error) })
    setTimeout(() => void connectBridge(), reconnectAfterMs)
  }
}

function lost(): void {
  port = undefined
  useLink.setState({ isUp: false, problem: 'the workbench process has gone; trying to reach it again' })
  talk.disconnected()
  if (!isDesktop()) setTimeout(() => void connectBridge(), reconnectAfterMs)
}

/** Any thrown thing as a failure that a screen can show. */
export function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure
  return { code: 'BUG', message: error instanceof Error ? error.message : String(error) }
}
