import type { IsrChangeResult } from './ports.ts'

/**
 * The in-sync replicas of one partition as its leader sees them: what the controller committed, and at most one change that it was
 * asked for (REPL-05, REPL-06).
 */
export interface IsrState {
  readonly committed: readonly number[]
  readonly partitionEpoch: number
  readonly proposed: readonly number[] | undefined
}

/** REPL-06: committed and proposed members together; only these may hold back or carry the high watermark. */
export function maximalIsr(state: IsrState): readonly number[] {
  if (state.proposed === undefined) return state.committed
  return [...new Set([...state.committed, ...state.proposed])]
}

export function propose(state: IsrState, isr: readonly number[]): IsrState {
  return { ...state, proposed: isr }
}

/** News from the metadata log. It ends a proposal when it is newer than what the proposal was made from. */
export function commitIsr(state: IsrState, isr: readonly number[], partitionEpoch: number): IsrState {
  if (partitionEpoch <= state.partitionEpoch) return state
  return { committed: isr, partitionEpoch, proposed: undefined }
}

/** With these nothing was changed, for sure. */
const untried: ReadonlySet<string> = new Set(['INELIGIBLE_REPLICA', 'OPERATION_NOT_ATTEMPTED'])

/**
 * What follows from the controller's answer to the proposal made at `proposedAtEpoch`. After most refusals it may be in force all the same, by an
 * earlier asking whose answer was lost: then it goes on to count (REPL-06) until the metadata says how it ended.
 */
export function settle(
  state: IsrState,
  proposedAtEpoch: number,
  result: IsrChangeResult,
): { readonly state: IsrState; readonly retry: boolean } {
  const isStale = state.proposed === undefined || state.partitionEpoch !== proposedAtEpoch
  if (isStale) return { state, retry: false }
  if (result.ok) return { state: commitIsr(state, result.isr, result.partitionEpoch), retry: false }
  if (result.retriable) return { state, retry: true }
  return { state: untried.has(result.error) ? { ...state, proposed: undefined } : state, retry: false }
}
