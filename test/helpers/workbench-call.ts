import { WebSocket } from 'ws'
import { type ToMain, type ToWindow, webSocketProtocol } from '../../src-main/contract/messages.ts'

export interface WorkbenchCalls {
  call(name: string, input?: unknown): Promise<unknown>
  /** The first item of a stream. */
  first(name: string, input?: unknown): Promise<unknown>
  close(): void
}

/** The contract through the browser door of a running `serve`, for what a test prepares or reads back beside the window. */
export async function connectWorkbench(address: string): Promise<WorkbenchCalls> {
  const { origin, host, hash } = new URL(address)
  const protocols = [webSocketProtocol, `token.${hash.replace('#token=', '')}`]
  const socket = new WebSocket(`ws://${host}/bridge`, protocols, { headers: { origin } })
  const answers = new Map<number, (message: ToWindow) => void>()
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  socket.on('message', bytes => {
    const message = JSON.parse(String(bytes)) as ToWindow
    if ('id' in message) answers.get(message.id)?.(message)
  })
  let id = 0
  const ask = (make: (id: number) => ToMain) =>
    new Promise<unknown>((resolve, reject) => {
      id += 1
      answers.set(id, message => {
        if (message.kind === 'ok' || message.kind === 'item') resolve(message.value)
        else if (message.kind === 'fail') reject(new Error(`${message.failure.code}: ${message.failure.message}`))
      })
      socket.send(JSON.stringify(make(id)))
    })
  return {
    call: (name, input) => ask(number => ({ kind: 'call', id: number, name, input })),
    async first(name, input) {
      const item = await ask(number => ({ kind: 'open', id: number, name, input, credits: 1 }))
      socket.send(JSON.stringify({ kind: 'cancel', id } satisfies ToMain))
      return item
    },
    close: () => socket.close(),
  }
}
