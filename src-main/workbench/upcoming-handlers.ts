import { refused } from './failures.ts'
import type { Handlers } from './handlers.ts'

export type Upcoming = 'records.produceMany' | 'records.endProduce' | 'records.previewTemplate'

/** Declared for the window, answered with a refusal until their use cases stand. */
export function upcomingHandlers(): Pick<Handlers, Upcoming> {
  const call = () => Promise.reject(refused('this part of the workbench is not there yet'))
  // oxlint-disable-next-line require-yield -- it only refuses
  const stream = async function* (): AsyncGenerator<never, void> {
    await call()
  }
  return {
    'records.produceMany': stream,
    'records.endProduce': call,
    'records.previewTemplate': call,
  }
}
