/** What must hold at every instant of every run of the quorum. Each method throws the moment it is broken. */
export interface QuorumInvariants {
  /** One leader per epoch; it has applied everything that was ever committed before it decides anything. */
  leads(replica: string, epoch: number, appliedEndOffset: number): void
  /** One vote per node and epoch, over all its lives. */
  voted(voter: string, epoch: number, candidate: string): void
  /** Everybody is handed the same committed batches, and none is ever different from what was committed first. */
  committed(nodeId: number, batch: { baseOffset: number; lastOffset: number; epoch: number; text: string }): void
  snapshotLoaded(nodeId: number, values: readonly string[], endOffset: number): void
  acknowledged(value: string): void
  /** At the end: what was acknowledged is in the committed log. */
  checkAcknowledged(): void
  /** An exception where there should be none. */
  failed(error: unknown): void
  check(): void
  committedCount(): number
  /** End of what was committed anywhere, whoever knows of it. */
  committedEndOffset(): number
}

export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken'
}

export function quorumInvariants(): QuorumInvariants {
  const leaders = new Map<number, string>()
  const votes = new Map<string, string>()
  const log = new Map<number, { epoch: number; text: string; lastOffset: number }>()
  const acknowledged: string[] = []
  let failure: unknown
  const broken = (message: string): never => {
    throw new InvariantBroken(message)
  }
  const valuesBelow = (endOffset: number): string[] =>
    [...log]
      .filter(([baseOffset]) => baseOffset < endOffset)
      .sort(([a], [b]) => a - b)
      .flatMap(([, batch]) => (batch.text === '' ? [] : batch.text.split(',')))

  return {
    leads(replica, epoch, appliedEndOffset) {
      const missed = [...log].find(([baseOffset, batch]) => batch.epoch < epoch && baseOffset >= appliedEndOffset)
      if (missed !== undefined) broken(`node ${replica} leads epoch ${epoch} without what is committed at ${missed[0]}`)
      const known = leaders.get(epoch)
      if (known !== undefined && known !== replica) broken(`two leaders in epoch ${epoch}: ${known} and ${replica}`)
      leaders.set(epoch, replica)
    },
    voted(voter, epoch, candidate) {
      const key = `${voter}@${epoch}`
      const known = votes.get(key)
      if (known !== undefined && known !== candidate)
        broken(`node ${voter} voted for ${known} and for ${candidate} in epoch ${epoch}`)
      votes.set(key, candidate)
    },
    committed(nodeId, { baseOffset, lastOffset, epoch, text }) {
      const known = log.get(baseOffset)
      if (known === undefined) {
        const last = Math.max(-1, ...[...log.values()].slice(-1).map(batch => batch.lastOffset))
        if (baseOffset <= last) broken(`node ${nodeId} committed another batch at ${baseOffset}, below ${last}`)
        log.set(baseOffset, { epoch, text, lastOffset })
      } else if (known.epoch !== epoch || known.text !== text || known.lastOffset !== lastOffset) {
        broken(
          `node ${nodeId} committed '${text}' of ${epoch} at ${baseOffset}, where '${known.text}' of ${known.epoch} was committed`,
        )
      }
    },
    snapshotLoaded(nodeId, values, endOffset) {
      const expected = valuesBelow(endOffset)
      if (expected.join() !== values.join())
        broken(`node ${nodeId} loaded a snapshot at ${endOffset} that differs from what was committed`)
    },
    acknowledged: value => void acknowledged.push(value),
    checkAcknowledged() {
      const all = new Set(valuesBelow(Number.POSITIVE_INFINITY))
      const lost = acknowledged.filter(value => !all.has(value))
      if (lost.length > 0) broken(`acknowledged but not committed: ${lost.slice(0, 5).join()}`)
    },
    failed(error) {
      failure ??= error
    },
    check() {
      if (failure !== undefined) throw failure
    },
    committedCount: () => log.size,
    committedEndOffset: () => Math.max(0, ...[...log.values()].map(batch => batch.lastOffset + 1)),
  }
}
