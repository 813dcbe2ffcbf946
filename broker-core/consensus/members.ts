import { type Endpoint, isSameEndpoint } from '../env/network.ts'
import type { OffsetAndEpoch, RaftLog } from './ports.ts'
import { type Membership, VoterHistory } from './voter-history.ts'
import { endpointOfVoter, isVoterOf, type Listener, type ReplicaKey, type Voter, voterSet, type VoterSet } from './voter-set.ts'

export interface MembersOptions {
  readonly self: ReplicaKey
  readonly log: RaftLog
  /** `controller.quorum.voters`: the voters as long as the log (kraft.version 1) names none. */
  readonly staticVoters: ReadonlyMap<number, Endpoint>
  /** `controller.quorum.bootstrap.servers` */
  readonly bootstrapServers: readonly Endpoint[]
  /** Name of the controller listener. */
  readonly listenerName: string
  /** Where this node itself listens. */
  readonly own: Endpoint | undefined
}

/** Addresses heard of nodes that are no voters here; beyond it the oldest is forgotten. */
const heardMax = 32

/** Who the quorum consists of as this node's log says, and where its nodes are. Whoever changes the log tells it. */
export class Members {
  readonly #options: MembersOptions
  readonly #history: VoterHistory
  #seenTo = 0
  /** What nodes said of themselves, for this life of the process: more recent than any record. */
  readonly #ownWord = new Map<number, Endpoint>()
  /** What others said. */
  readonly #heard = new Map<number, Endpoint>()

  constructor(options: MembersOptions) {
    this.#options = options
    this.#history = new VoterHistory({ kraftVersion: 0, voters: staticSet(options) })
  }

  /** From the latest snapshot and the log above it. */
  load(): void {
    const { log } = this.#options
    const snapshot = log.latestSnapshot()
    if (snapshot !== undefined) this.replaced(snapshot)
    this.#seenTo = log.startOffset
    this.grew()
  }

  /** The latest, committed or not. */
  get inForce(): Membership {
    return this.#history.latest()
  }

  get voters(): VoterSet {
    return this.#history.latest().voters
  }

  get listenerName(): string {
    return this.#options.listenerName
  }

  get others(): readonly Voter[] {
    return [...this.voters.values()].filter(voter => voter.id !== this.#options.self.id)
  }

  isVoter(key: ReplicaKey = this.#options.self): boolean {
    return isVoterOf(this.voters, key)
  }

  /**
   * A voter; and one that was, as long as it does not know its removal committed: the record may be on no other node, and then its log is the
   * most complete one, and nobody else can be elected (Raft's dissertation, 4.2.2). It does not count its own vote.
   */
  mayStand(highWatermark: number): boolean {
    const { before, offset } = this.#history.latestChange()
    return this.isVoter() || (offset >= highWatermark && isVoterOf(before.voters, this.#options.self))
  }

  below(endOffset: number): Membership {
    return this.#history.below(endOffset)
  }

  /** Records were appended. True when they change the quorum. */
  grew(): boolean {
    const { log } = this.#options
    const records = log.readMembership(this.#seenTo)
    for (const { offset, change } of records) this.#history.append(offset, change)
    this.#seenTo = log.endOffset
    return records.length > 0
  }

  truncated(endOffset: number): void {
    this.#history.truncateTo(endOffset)
    this.#seenTo = Math.min(this.#seenTo, endOffset)
  }

  /** A snapshot of our own covers the log up to its start. */
  covered(): void {
    this.#history.forgetBelow(this.#options.log.startOffset)
  }

  /** A snapshot is all there is. */
  replaced(id: OffsetAndEpoch): void {
    const { log } = this.#options
    this.#history.restartAt(id.endOffset, log.readSnapshotMembership(id))
    this.#seenTo = id.endOffset
  }

  /** `isOwnWord`: `nodeId` itself said so. */
  learn(nodeId: number, endpoint: Endpoint, isOwnWord: boolean): void {
    if (nodeId < 0 || endpoint.host === '' || endpoint.port <= 0) return
    const book = isOwnWord ? this.#ownWord : this.#heard
    book.delete(nodeId)
    book.set(nodeId, endpoint)
    const [oldest] = book.keys()
    if (book.size > heardMax && oldest !== undefined) book.delete(oldest)
  }

  /**
   * Where to look for a node, best first. A voter may have moved while nobody was there to write it down (all ports of a machine taken):
   * then it is found among the bootstrap servers, and whoever answers there in its place says so (INVALID_VOTER_KEY). Not so a leader that has said
   * itself where it is: where nobody answers any more, it is gone.
   */
  endpointsOf(nodeId: number, leaderId: number | undefined): readonly Endpoint[] {
    const { bootstrapServers } = this.#options
    if (nodeId < -1) return bootstrapServers.slice(-2 - nodeId, -1 - nodeId)
    const ownWord = nodeId === this.#options.self.id ? this.#options.own : this.#ownWord.get(nodeId)
    if (ownWord !== undefined && nodeId === leaderId) return [ownWord]
    const known = [ownWord, endpointOfVoter(this.voters.get(nodeId), this.listenerName), this.#heard.get(nodeId)]
    const all = [...known.filter(endpoint => endpoint !== undefined), ...bootstrapServers]
    return all.filter((one, index) => all.findIndex(other => isSameEndpoint(one, other)) === index)
  }
}

/** Directories and versions of static voters are not known. */
const staticSet = ({ staticVoters, listenerName }: MembersOptions): VoterSet =>
  voterSet(
    [...staticVoters].map(([id, { host, port }]) => ({
      id,
      directoryId: undefined,
      listeners: [{ name: listenerName, host, port } satisfies Listener],
      kraftVersions: { min: 0, max: 0 },
    })),
  )
