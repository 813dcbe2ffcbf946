/** Where a consumer in a rack had better read (KIP-392). */
export interface ReadableReplica {
  readonly brokerId: number
  readonly rack: string | null
  readonly isInSync: boolean
  readonly logStartOffset: number
  readonly logEndOffset: number
}

/**
 * FF-02: the leader when it is in the client's rack; else the replica there that is in sync, holds the offset, and has most of the
 * log. Undefined: nobody is better than the leader.
 */
export function preferredReplica(
  client: { readonly rack: string; readonly fetchOffset: number },
  leader: { readonly rack: string | null },
  followers: Iterable<ReadableReplica>,
): number | undefined {
  if (client.rack === '' || leader.rack === client.rack) return undefined
  let best: ReadableReplica | undefined
  for (const follower of followers) {
    const holdsOffset = follower.logStartOffset <= client.fetchOffset && client.fetchOffset <= follower.logEndOffset
    if (follower.rack !== client.rack || !follower.isInSync || !holdsOffset) continue
    if (best === undefined || follower.logEndOffset > best.logEndOffset) best = follower
  }
  return best?.brokerId
}
