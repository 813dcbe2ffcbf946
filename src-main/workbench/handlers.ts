import type { CallName, ItemOf, OutputOf, ParsedOf, StreamName } from '../contract/contract.ts'

/** Who asks: one per open port. */
export interface Asker {
  readonly id: string
  /** Runs `listener` once, when the port is gone; at once when it already is. */
  onGone(listener: () => void): void
}

/** Given to every handler. `signal` ends with a cancel, with the port, or when the app stops. */
export interface CallContext {
  readonly signal: AbortSignal
  readonly asker: Asker
}

export type CallHandlers = { readonly [N in CallName]: (input: ParsedOf<N>, context: CallContext) => Promise<OutputOf<N>> }
export type StreamHandlers = {
  readonly [N in StreamName]: (input: ParsedOf<N>, context: CallContext) => AsyncIterable<ItemOf<N>>
}
/** What stands behind the contract. A use case exports its part of it: `Pick<Handlers, 'topics.list' | …>`. */
export type Handlers = CallHandlers & StreamHandlers
