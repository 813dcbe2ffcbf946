import { assert } from '../base/assert.ts'
import { keyText, voterKeys, type VoterSet } from './voter-set.ts'

/** What the control records of the log up to some offset say of the quorum itself. */
export interface Membership {
  readonly kraftVersion: number
  readonly voters: VoterSet
  /** Offset of the record that named these voters; -1 where it is the configuration, or the snapshot that a directory was formatted with. */
  readonly votersOffset: number
}

export type MembershipChange =
  | { readonly kind: 'kraft-version'; readonly level: number }
  | { readonly kind: 'voters'; readonly voters: VoterSet }

const keysOf = (voters: VoterSet): string =>
  voterKeys(voters)
    .map(key => keyText(key))
    .join()

interface Entry {
  /** Of the record; the membership holds from here on. */
  readonly offset: number
  readonly membership: Membership
}

/**
 * The memberships along the metadata log. In force is always the latest one in the log, committed or not (Raft's dissertation, 4.1): a leader
 * counts by the new set from the moment of its append, and a follower stands for election by it from the moment it has it. What is truncated
 * takes its memberships along. Bounded by the log: what a snapshot covers is dropped with it.
 */
export class VoterHistory {
  /** Below the first entry. */
  #base: Membership
  #entries: Entry[] = []

  constructor(initial: Pick<Membership, 'kraftVersion' | 'voters'>) {
    this.#base = { ...initial, votersOffset: -1 }
  }

  latest(): Membership {
    return this.#entries.at(-1)?.membership ?? this.#base
  }

  /** By the records below `endOffset`. */
  below(endOffset: number): Membership {
    return this.#entries.findLast(entry => entry.offset < endOffset)?.membership ?? this.#base
  }

  /**
   * The latest change of who votes: the membership before it, and its offset. Records that name the same voters anew, at other addresses,
   * are no change. With none since the base, the base itself, at -1.
   */
  latestChange(): { readonly before: Membership; readonly offset: number } {
    const keys = keysOf(this.latest().voters)
    const last = this.#entries.findLastIndex(entry => keysOf(entry.membership.voters) !== keys)
    const offset = this.#entries[last + 1]?.offset ?? -1
    const before = this.#entries[last]?.membership ?? this.#base
    return keysOf(before.voters) === keys ? { before, offset: -1 } : { before, offset }
  }

  /** The next control record of the log. */
  append(offset: number, change: MembershipChange): void {
    const last = this.#entries.at(-1)
    assert(last === undefined || offset > last.offset, `voters: record at ${offset} after one at ${last?.offset}`)
    const before = this.latest()
    const membership =
      change.kind === 'voters'
        ? { ...before, voters: change.voters, votersOffset: offset }
        : { ...before, kraftVersion: change.level }
    this.#entries.push({ offset, membership })
  }

  /** The log lost everything from `endOffset` on. */
  truncateTo(endOffset: number): void {
    this.#entries = this.#entries.filter(entry => entry.offset < endOffset)
  }

  /** The log now begins at `startOffset`; what held there is the base of what follows. */
  forgetBelow(startOffset: number): void {
    this.#base = this.below(startOffset)
    this.#entries = this.#entries.filter(entry => entry.offset >= startOffset)
  }

  /** A snapshot has replaced the whole log. One without a membership (kraft.version 0) leaves what the configuration says. */
  restartAt(endOffset: number, changes: readonly MembershipChange[]): void {
    this.#entries = []
    for (const change of changes) {
      // In force since some record below the snapshot's end: which one is not known any more, but it is committed.
      const votersOffset = endOffset - 1
      this.#base =
        change.kind === 'voters'
          ? { ...this.#base, voters: change.voters, votersOffset }
          : { ...this.#base, kraftVersion: change.level }
    }
  }
}
