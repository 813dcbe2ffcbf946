import type { CancelTimer, Clock, Random, Timers } from '../env/clock.ts'
import type { LogSink } from '../env/log-sink.ts'
import type { Endpoint } from '../env/network.ts'
import { Delivery } from './delivery.ts'
import type { Leading } from './leading.ts'
import { Members } from './members.ts'
import type { ElectionState, OffsetAndEpoch, QuorumStateStore, RaftLog, RaftPeers } from './ports.ts'
import { electionStateOf, isSameElection, leaderIdOf, move, restoredRole, type Role, roleAfterHearing } from './quorum-state.ts'
import type { RaftListener } from './raft-node.ts'
import { keyText, type Listener, type ReplicaKey, type Voter } from './voter-set.ts'

export interface RaftOptions {
  readonly nodeId: number
  /** Of the directory that holds the metadata log. With the id it names this replica of the log (KIP-853). */
  readonly directoryId: string
  readonly clusterId: string
  /** `controller.quorum.voters`, in force while the log names no voters (kraft.version 0). A node that is no voter is an observer. */
  readonly voters: ReadonlyMap<number, Endpoint>
  /** `controller.quorum.bootstrap.servers`: where to ask who leads. */
  readonly bootstrapServers?: readonly Endpoint[]
  /** Own controller listeners, the first one for the quorum; none for a node that can only observe. */
  readonly listeners?: readonly Listener[]
  /** `controller.quorum.auto.join.enable`: with kraft.version 1 a controller that is no voter asks to become one. */
  readonly autoJoins?: boolean
  readonly log: RaftLog
  readonly state: QuorumStateStore
  readonly peers: RaftPeers
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly sink: LogSink
  readonly timeouts?: Partial<RaftTimeouts>
  /** A broken invariant, or a log that failed, in work that nobody waits for; the node must not go on. Without it: an unhandled rejection. */
  bug?(error: unknown): void
}

/** Milliseconds. Names and defaults of `controller.quorum.*`. */
export interface RaftTimeouts {
  readonly electionTimeoutMs: number
  readonly electionBackoffMaxMs: number
  readonly fetchTimeoutMs: number
  /** How long the leader parks a fetch with nothing new. */
  readonly fetchMaxWaitMs: number
  /** Upper bound of the first wait after a start: the pre-vote makes an early election harmless, and three fresh nodes are ready sooner. */
  readonly firstElectionDelayMaxMs: number
}

export const defaultRaftTimeouts: RaftTimeouts = {
  electionTimeoutMs: 1000,
  electionBackoffMaxMs: 1000,
  fetchTimeoutMs: 2000,
  fetchMaxWaitMs: 500,
  firstElectionDelayMaxMs: 40,
}

/** What a follower remembers of its dealings with one leader. */
export interface Following {
  /** Monotonic: when the leader may be told of this node again (UpdateRaftVoter). */
  tellAgainMs: number
  /** Monotonic: when this node may ask again to become a voter. */
  joinAgainMs: number
}

/** State shared by the parts of one raft node. Everything runs on one thread; a continuation after an `await` compares `turn`. */
export interface Core {
  readonly options: RaftOptions
  readonly timeouts: RaftTimeouts
  readonly nodeId: number
  readonly self: ReplicaKey
  readonly members: Members
  /** By the latest voters in the log, committed or not. */
  readonly isVoter: boolean
  /** Whether this node stands for election: a voter, or one whose removal may not be committed. */
  readonly mayStand: boolean
  readonly otherVoters: readonly Voter[]
  role: Role
  /** Counts role changes. */
  turn: number
  /** This follower has heard from the leader of its epoch (pre-votes are then refused). */
  hasFetched: boolean
  /** Elections since a leader was last heard; lengthens the pauses between them. */
  electionAttempts: number
  readonly highWatermark: number
  stopped: boolean
  /** Present exactly while the role is leader. */
  leading: Leading | undefined
  /** Present exactly while the role is follower. */
  following: Following | undefined
  logEnd(): OffsetAndEpoch
  leaderId(): number | undefined
  /** Moves, persists, starts what belongs to the role. */
  become(role: Role): void
  /** Somebody said that `epoch` exists, perhaps with its leader. True when that changed the role. */
  hear(epoch: number, leaderId: number | undefined): boolean
  /** The one timer of the present role; replaced by the next call, gone with the role. `lateMs`: by how much it came after its time. */
  armRoleTimer(delayMs: number, callback: (lateMs: number) => void): void
  /** Work of the present role that runs beside it; what it throws is a bug. */
  spawn(work: Promise<void>): void
  /** Resolves after `delayMs`, also when the role has changed meanwhile. */
  pause(delayMs: number): Promise<void>
  /** Records were appended to the log: among them there may be some about the quorum. True when there were. */
  logGrew(): boolean
  /** Never back; hands newly committed batches to the listeners. */
  advanceHighWatermark(to: number): void
  /** After a snapshot from the leader has replaced the log. */
  snapshotLoaded(id: OffsetAndEpoch): void
  whenCommitted(offset: number, epoch: number): Promise<boolean>
  subscribe(listener: RaftListener): void
  /** Loads the latest snapshot into the listeners and takes up the persisted role. */
  open(): void
  shut(): void
}

/** `enter` starts the work of a role that was just taken; `leave` ends that of the one before. */
export function createCore(options: RaftOptions, enter: (core: Core) => void, leave: (core: Core) => void): Core {
  return new Node(options, enter, leave)
}

class Node implements Core {
  readonly options: RaftOptions
  readonly timeouts: RaftTimeouts
  readonly nodeId: number
  readonly self: ReplicaKey
  readonly members: Members
  role: Role
  turn = 0
  hasFetched = false
  electionAttempts = 0
  stopped = false
  leading: Leading | undefined
  following: Following | undefined
  readonly #enter: (core: Core) => void
  readonly #leave: (core: Core) => void
  readonly #delivery: Delivery
  #cancelRoleTimer: CancelTimer = () => {}

  constructor(options: RaftOptions, enter: (core: Core) => void, leave: (core: Core) => void) {
    const { nodeId, directoryId, log, voters } = options
    this.options = options
    this.timeouts = { ...defaultRaftTimeouts, ...options.timeouts }
    this.nodeId = nodeId
    this.self = { id: nodeId, directoryId }
    this.members = new Members({
      self: this.self,
      log,
      staticVoters: voters,
      bootstrapServers: options.bootstrapServers ?? [],
      listenerName: options.listeners?.[0]?.name ?? 'CONTROLLER',
      own: options.listeners?.[0],
    })
    this.members.load()
    this.role = restoredRole(options.state.load(), log.lastEpoch, nodeId)
    this.#enter = enter
    this.#leave = leave
    this.#delivery = new Delivery(log, options.timers, () => ({
      leaderId: this.leaderId(),
      epoch: this.role.epoch,
      // A leader that has not written the first record of its epoch yet has not begun.
      ownEpochStartOffset: this.role.kind === 'leader' ? (this.leading?.epochStartOffset ?? Number.POSITIVE_INFINITY) : undefined,
    }))
  }

  get isVoter(): boolean {
    return this.members.isVoter()
  }

  get mayStand(): boolean {
    return this.members.mayStand(this.highWatermark)
  }

  get otherVoters(): readonly Voter[] {
    return this.members.others
  }

  get highWatermark(): number {
    return this.#delivery.highWatermark
  }

  logEnd(): OffsetAndEpoch {
    const { log } = this.options
    return { endOffset: log.endOffset, epoch: log.lastEpoch }
  }

  leaderId(): number | undefined {
    return leaderIdOf(this.role, this.nodeId)
  }

  become(next: Role): void {
    const before = electionStateOf(this.role, this.self)
    const role = move(this.role, next, this.self)
    const after = electionStateOf(role, this.self)
    if (!isSameElection(before, after)) this.#save(after)
    this.#cancelRoleTimer()
    this.#leave(this)
    this.role = role
    this.turn += 1
    this.hasFetched = false
    if (role.kind === 'leader') this.electionAttempts = 0
    this.#delivery.announce()
    this.#delivery.lose(role.kind === 'leader' ? role.epoch : undefined)
    this.#enter(this)
  }

  hear(epoch: number, leaderId: number | undefined): boolean {
    const next = roleAfterHearing(this.role, epoch, leaderId, this.self)
    if (next === undefined) return false
    this.become(next)
    return true
  }

  armRoleTimer(delayMs: number, callback: (lateMs: number) => void): void {
    const { clock, timers } = this.options
    const dueMs = clock.monotonicMs() + delayMs
    this.#cancelRoleTimer()
    this.#cancelRoleTimer = timers.after(delayMs, () => {
      if (!this.stopped) callback(clock.monotonicMs() - dueMs)
    })
  }

  spawn(work: Promise<void>): void {
    const { bug } = this.options
    if (bug !== undefined) work.catch((error: unknown) => this.stopped || bug(error))
  }

  pause(delayMs: number): Promise<void> {
    return new Promise(resolve => this.options.timers.after(delayMs, resolve))
  }

  logGrew(): boolean {
    const before = this.members.inForce
    if (!this.members.grew()) return false
    const { kraftVersion, voters, votersOffset } = this.members.inForce
    const names = [...voters.values()].map(keyText).join(', ')
    this.options.sink.write('info', 'raft.voters', { node: this.nodeId, offset: votersOffset, kraftVersion, voters: names })
    // The file of a node that votes by directories has them as well.
    if (kraftVersion !== before.kraftVersion) this.#save(electionStateOf(this.role, this.self))
    return true
  }

  #save(state: ElectionState): void {
    this.options.state.save(state, this.members.inForce.kraftVersion)
  }

  advanceHighWatermark(to: number): void {
    this.#delivery.advance(to)
  }

  snapshotLoaded(id: OffsetAndEpoch): void {
    this.members.replaced(id)
    this.#delivery.snapshotLoaded(id)
  }

  whenCommitted(offset: number, epoch: number): Promise<boolean> {
    const { role } = this
    if (role.kind !== 'leader' || role.epoch !== epoch || this.stopped) return Promise.resolve(false)
    return this.#delivery.whenDelivered(offset, epoch)
  }

  subscribe(listener: RaftListener): void {
    this.#delivery.subscribe(listener)
  }

  open(): void {
    const snapshot = this.options.log.latestSnapshot()
    // What a directory was formatted with, at offset 0, says who votes, but nothing that was ever committed.
    if (snapshot !== undefined && snapshot.endOffset > 0) this.#delivery.snapshotLoaded(snapshot)
    this.#delivery.announce()
    this.#enter(this)
  }

  shut(): void {
    this.stopped = true
    this.turn += 1
    this.#cancelRoleTimer()
    this.#leave(this)
    this.#delivery.stop()
  }
}
