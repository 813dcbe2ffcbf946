import { contract } from '../contract/contract.ts'
import type { CallContext, Handlers } from './handlers.ts'

type AnyCall = (input: unknown, context: CallContext) => Promise<unknown>
type AnyStream = (input: unknown, context: CallContext) => AsyncIterable<unknown>

/** Handlers that load the use cases with the first question: a cluster without a window never carries them. */
export function lazyHandlers(load: () => Promise<Handlers>): Handlers {
  const entries = Object.entries(contract).map(([name, { kind }]) => {
    const key = name as keyof Handlers
    const call: AnyCall = async (input, context) => await ((await load())[key] as AnyCall)(input, context)
    const stream = async function* (input: unknown, context: CallContext) {
      yield* ((await load())[key] as AnyStream)(input, context)
    }
    return [name, kind === 'call' ? call : stream]
  })
  return Object.fromEntries(entries) as Handlers
}
