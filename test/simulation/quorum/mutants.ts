/** A bug planted in the quorum: `find` stands once in `file` (of broker-core/consensus) and is replaced. */
export interface Mutant {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly replace: string
}

/**
 * Each of them breaks a promise of the quorum, and the storm must notice. Two others need coincidences that storms seldom have, and are
 * held by unit tests alone: commits by counting copies of an earlier epoch's records, and a restarted leader that votes in its old epoch.
 */
export const quorumMutants: readonly Mutant[] = [
  {
    name: 'votes twice in one epoch',
    file: 'quorum-state.ts',
    find: 'if (role.voted !== undefined) return isVoteFor(role.voted, question.candidate)',
    replace: 'if (role.voted !== undefined && isVoteFor(role.voted, question.candidate)) return true',
  },
  {
    name: 'votes for a log that is behind',
    file: 'quorum-state.ts',
    find: 'const upToDate = isAtLeast(question.lastOffset, ownEnd)',
    replace: 'const upToDate = true',
  },
  {
    name: 'compares logs by length alone',
    file: 'quorum-state.ts',
    find: 'log.epoch > other.epoch || (log.epoch === other.epoch && log.endOffset >= other.endOffset)',
    replace: 'log.endOffset >= other.endOffset',
  },
  {
    name: 'a resigned leader, or a candidate, votes for others',
    file: 'quorum-state.ts',
    find: "if (role.kind !== 'unattached' && role.kind !== 'prospective') return false\n  if (role.voted !== undefined)",
    replace:
      "if (role.kind === 'leader' || role.kind === 'follower') return false\n  if (!('voted' in role)) return upToDate\n  if (role.voted !== undefined)",
  },
  {
    name: 'forgets its vote over a restart',
    file: 'quorum-state.ts',
    find: 'const { voted } = state',
    replace: 'const voted = undefined',
  },
  {
    name: 'persists votes late: only once there is a leader',
    file: 'core.ts',
    find: 'if (!isSameElection(before, after))',
    replace: 'if (after.leaderId >= 0)',
  },
  {
    name: 'one vote of three is a majority',
    file: 'election.ts',
    find: 'const majority = majorityOf(voters)',
    replace: 'const majority = majorityOf(voters) - 1',
  },
  {
    name: 'counts answers to an earlier question',
    file: 'election.ts',
    find: 'const isOver = () => core.turn !== turn || core.stopped',
    replace: "const isOver = () => (core.role.kind !== 'candidate' && core.role.kind !== 'prospective') || core.stopped",
  },
  {
    name: 'commits what the leader alone has',
    file: 'leader-progress.ts',
    find: 'const candidate = ends.sort((a, b) => b - a)[majorityOf(options.voters()) - 1] ?? -1',
    replace: 'const candidate = Math.max(...ends)',
  },
  {
    name: 'counts itself before its log is durable',
    file: 'leading.ts',
    find: 'core.options.log.flush()\n    leading.progress.recordOwn(core.options.log.flushedOffset)',
    replace: 'leading.progress.recordOwn(core.options.log.endOffset)',
  },
  {
    name: 'a follower asks on before its log is durable',
    file: 'following.ts',
    find: '  log.appendRecords(records)\n  log.flush()',
    replace: '  log.appendRecords(records)',
  },
  {
    name: 'does not look whether the logs diverge',
    file: 'leading.ts',
    find: 'if (own.epoch !== lastFetchedEpoch || own.endOffset < fetchOffset) return { divergingEpoch: own }',
    replace: '',
  },
  {
    name: 'names its own epoch in place of that of its last record',
    file: 'replies.ts',
    find: 'lastFetchedEpoch: end.epoch',
    replace: 'lastFetchedEpoch: core.role.epoch',
  },
  {
    name: 'does not truncate',
    file: 'following.ts',
    find: '  log.truncateTo(to)\n',
    replace: '',
  },
  {
    name: 'truncates one batch too little',
    file: 'following.ts',
    find: '  log.truncateTo(to)',
    replace: '  log.truncateTo(to + 1)',
  },
  {
    name: 'gives up what is committed when its log diverges',
    file: 'following.ts',
    find: '  log.truncateTo(to)',
    replace: '  log.truncateTo(log.startOffset)',
  },
  {
    name: 'hands out what is not committed',
    file: 'delivery.ts',
    find: 'this.#log.readBatches(this.#delivered, this.#highWatermark, deliveryBytesMax)',
    replace: 'this.#log.readBatches(this.#delivered, this.#log.endOffset, deliveryBytesMax)',
  },
  {
    name: 'tells a writer that its record is safe when leadership is lost',
    file: 'delivery.ts',
    find: 'for (const waiter of lost) waiter.resolve(false)',
    replace: 'for (const waiter of lost) waiter.resolve(true)',
  },
  {
    name: 'tells a writer that its record is safe before it is',
    file: 'delivery.ts',
    find: 'if (this.#delivered > offset) return Promise.resolve(true)',
    replace: 'if (this.#log.endOffset > offset) return Promise.resolve(true)',
  },
  {
    name: 'decides before it knows what earlier leaders committed',
    file: 'delivery.ts',
    find: 'const isReady = ownEpochStartOffset === undefined || this.#delivered > ownEpochStartOffset',
    replace: 'const isReady = true',
  },
  {
    name: 'a candidate does not open a new epoch',
    file: 'election.ts',
    find: "core.become({ kind: 'candidate', epoch: role.epoch + 1 })",
    replace: "core.become({ kind: 'candidate', epoch: role.epoch })",
  },
  {
    name: 'pre-votes are never granted by who lost its leader',
    file: 'quorum-state.ts',
    find: "if (question.preVote) return upToDate && role.kind !== 'leader' && !(role.kind === 'follower' && hasFetched)",
    replace: "if (question.preVote) return upToDate && role.kind === 'unattached'",
  },
  {
    name: 'believes the watermark of the leader beyond its own log',
    file: 'following.ts',
    find: 'core.advanceHighWatermark(Math.min(answer.highWatermark, log.endOffset))',
    replace: 'core.advanceHighWatermark(log.endOffset)',
  },
  {
    name: 'moves an epoch without telling its file',
    file: 'core.ts',
    find: 'if (!isSameElection(before, after))',
    replace: 'if (before.voted?.id !== after.voted?.id && after.voted === undefined)',
  },
  {
    name: 'a leader appends to an epoch that it no longer leads',
    file: 'leading.ts',
    find: 'const lastOffset = core.options.log.appendValues(values, epoch)',
    replace: 'const lastOffset = core.options.log.appendValues(values, epoch - 1)',
  },
]
