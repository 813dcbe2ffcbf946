import type { Mutant } from './mutants.ts'

/**
 * Bugs in what makes a change of the voters safe (KIP-853), which the storms that change them must notice. Storms of
 * hundreds of seeds do not find two more: a vote kept without its directory, and what an empty disk fetched counted for the lost one (unit tests hold
 * these).
 */
export const voterMutants: readonly Mutant[] = [
  {
    name: 'goes by the voters before the latest ones, until those are committed',
    file: 'voter-history.ts',
    find: 'return this.#entries.at(-1)?.membership ?? this.#base',
    replace: 'return this.#entries.at(-2)?.membership ?? this.#base',
  },
  {
    name: 'changes the voters again before the last change is committed',
    file: 'voter-change-rules.ts',
    find: 'if (highWatermark <= membership.votersOffset)',
    replace: 'if (highWatermark < 0)',
  },
  {
    name: 'two changes at once',
    file: 'voter-change-rules.ts',
    find: 'export function whyNotNow(ground: ChangeGround): ChangeOutcome | undefined {',
    replace:
      'export function whyNotNow(ground: ChangeGround): ChangeOutcome | undefined {\n  if (ground.highWatermark >= 0) return undefined',
  },
  {
    name: 'adds a voter and takes out another in one step',
    file: 'voter-set.ts',
    find: 'voters.has(voter.id) ? undefined : voterSet([...voters.values(), voter])',
    replace: 'voters.has(voter.id) ? undefined : voterSet([...[...voters.values()].slice(1), voter])',
  },
  {
    name: 'votes in the place of the disk that was lost',
    file: 'replies.ts',
    find: '(directoryId === zeroUuid || directoryId === core.self.directoryId)',
    replace: 'directoryId !== undefined',
  },
  {
    name: 'a node with another disk takes itself for a voter',
    file: 'voter-set.ts',
    find: 'return voter !== undefined && (voter.directoryId === undefined || voter.directoryId === key.directoryId)',
    replace: 'return voter !== undefined',
  },
  {
    name: 'takes a second directory of an id',
    file: 'voter-set.ts',
    find: 'voters.has(voter.id) ? undefined : voterSet([...voters.values(), voter])',
    replace: 'voterSet([...[...voters.values()].filter(each => each.id !== voter.id), voter])',
  },
  {
    name: 'counts the votes of whoever was a voter once',
    file: 'election.ts',
    find: 'const { voters } = core.members',
    replace: 'const { voters } = core.members.below(1)',
  },
  {
    name: 'a candidate that is no voter counts its own vote',
    file: 'election.ts',
    find: 'core.isVoter ? [[core.nodeId, core.self]] : []',
    replace: '[[core.nodeId, core.self]]',
  },
  {
    name: 'a leader that is removed goes on',
    file: 'leading.ts',
    find: 'const hasLeft = (core: Core): boolean => !core.isVoter',
    replace: 'const hasLeft = (core: Core): boolean => core.epochNobodyHas !== undefined && !core.isVoter',
  },
  {
    name: 'a follower does not take the voters from its log',
    file: 'following.ts',
    find: '  core.logGrew()\n',
    replace: '',
  },
  {
    name: 'keeps voters that were truncated',
    file: 'following.ts',
    find: '  core.members.truncated(log.endOffset)\n',
    replace: '',
  },
  {
    name: 'forgets over a restart what the log says of voters',
    file: 'members.ts',
    find: '    this.#seenTo = log.startOffset\n    this.grew()\n',
    replace: '    this.#seenTo = log.endOffset\n',
  },
  {
    name: 'a snapshot does not name the voters',
    file: 'snapshots.ts',
    find: 'kraftVersion === 0\n          ? []',
    replace: 'kraftVersion >= 0\n          ? []',
  },
  {
    name: 'a snapshot from the leader leaves the voters as they were',
    file: 'members.ts',
    find: 'this.#history.restartAt(id.endOffset, log.readSnapshotMembership(id))',
    replace: 'if (this.#seenTo === 0) this.#history.restartAt(id.endOffset, log.readSnapshotMembership(id))',
  },
  {
    name: 'tells of a change before it is committed',
    file: 'voter-change.ts',
    find: 'if (isCommitted === true) return changed',
    replace: 'if (isCommitted !== undefined) return changed',
  },
  {
    name: 'a new leader does not make its first voters known',
    file: 'leading.ts',
    find: 'if (votersOffset < 0) return [first, { kind',
    replace: 'if (votersOffset < -1) return [first, { kind',
  },
]

/** Found where controllers join by themselves (`autoJoins`). */
export const joiningMutants: readonly Mutant[] = [
  {
    name: 'does not make room for itself before it joins',
    file: 'auto-join.ts',
    find: 'namesake === undefined',
    replace: 'namesake !== null',
  },
  {
    name: 'asks once only',
    file: 'joining.ts',
    find: 'following.joinAgainMs = nowMs + core.timeouts.fetchTimeoutMs',
    replace: 'following.joinAgainMs = Number.POSITIVE_INFINITY',
  },
  {
    name: 'joins as the disk that was lost',
    file: 'joining.ts',
    find: 'voterDirectoryId: directoryOnWire(own.directoryId)',
    replace: 'voterDirectoryId: directoryOnWire(core.members.below(1).voters.get(own.id)?.directoryId ?? own.directoryId)',
  },
]

/** Found where leaders take themselves out again and again (`leadersLeave`); other storms of 250 seeds hardly ever do. */
export const leavingMutants: readonly Mutant[] = [
  {
    name: 'a leader that removed itself counts itself',
    file: 'leader-progress.ts',
    find: 'const ends = all().map(voter => entryOfVoter(voter)?.endOffset ?? -1)',
    replace:
      'const ends = [own.endOffset, ...all().filter(voter => voter.id !== self.id).map(voter => entryOfVoter(voter)?.endOffset ?? -1)]',
  },
  {
    name: 'who is removed does not stand, though its log alone may have that',
    file: 'members.ts',
    find: 'return this.isVoter() || (offset',
    replace: 'return this.isVoter() || (offset < 0 && offset',
  },
]
