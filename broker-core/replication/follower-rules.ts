/** What a follower does with an answer that is not simply records: rules REPL-13, 14 and 16 as functions. */

/** REPL-13: the offset to truncate to when the leader says where histories part. Never above the own end. */
export function truncationPoint(
  leader: { readonly epoch: number; readonly endOffset: number },
  own: { readonly epoch: number; readonly endOffset: number },
  logEndOffset: number,
): number {
  const knowsEpoch = own.epoch === leader.epoch
  const ownEnd = own.epoch < 0 ? 0 : own.endOffset
  return Math.min(knowsEpoch ? Math.min(leader.endOffset, ownEnd) : ownEnd, logEndOffset)
}

export type OutOfRangeAction =
  | { readonly kind: 'truncate'; readonly to: number }
  | { readonly kind: 'restart'; readonly at: number }
  | { readonly kind: 'continue' }

/** REPL-14: the follower's log end lies outside of the leader's log. */
export function afterOutOfRange(
  leader: { readonly logStartOffset: number; readonly logEndOffset: number },
  ownLogEndOffset: number,
): OutOfRangeAction {
  if (leader.logEndOffset < ownLogEndOffset) return { kind: 'truncate', to: leader.logEndOffset }
  if (leader.logStartOffset > ownLogEndOffset) return { kind: 'restart', at: leader.logStartOffset }
  return { kind: 'continue' }
}

/** REPL-16: what to do about an error of one partition. `wait`: nothing until the metadata names a newer epoch. */
export function afterError(error: string): 'out-of-range' | 'wait' | 'back-off' {
  switch (error) {
    case 'OFFSET_OUT_OF_RANGE':
      return 'out-of-range'
    case 'FENCED_LEADER_EPOCH':
      return 'wait'
    default:
      return 'back-off'
  }
}
