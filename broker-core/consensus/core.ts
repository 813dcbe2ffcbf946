import { assert } from '../base/assert.ts'
import type { CancelTimer, Clock, Random, Timers } from '../env/clock.ts'
import type { LogSink } from '../env/log-sink.ts'
import type { Endpoint } from '../env/network.ts'
import type { Leading } from './leading.ts'
import type { OffsetAndEpoch, QuorumStateStore, RaftLog, RaftPeers } from './ports.ts'
import { electionStateOf, leaderIdOf, move, restoredRole, type Role, roleAfterHearing } from './quorum-state.ts'
import type { RaftListener } from './raft-node.ts'

export interface RaftOptions {
  readonly nodeId: number
  readonly clusterId: string
  /** Static voters (kraft.version 0) with their controller listeners. A node that is not among them is an observer. */
  readonly voters: ReadonlyMap<number, Endpoint>
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

/** State shared by the parts of one raft node. Everything runs on one thread; a continuation after an `await` compares `turn`. */
export interface Core {
  readonly options: RaftOptions
  readonly timeouts: RaftTimeouts
  readonly nodeId: number
  readonly isVoter: boolean
  readonly voterIds: readonly number[]
  readonly otherVoterIds: readonly number[]
  role: Role
  /** Counts role changes. */
  turn: number
  /** This follower has heard from the leader of its epoch (pre-votes are then refused). */
  hasFetched: boolean
  /** Elections since a leader was last known; lengthens the pauses between them. */
  electionAttempts: number
  highWatermark: number
  stopped: boolean
  /** Present exactly while the role is leader. */
  leading: Leading | undefined
  logEnd(): OffsetAndEpoch
  leaderId(): number | undefined
  /** Moves, persists, starts what belongs to the role. */
  become(role: Role): void
  /** Somebody said that `epoch` exists, perhaps with its leader. True when that changed the role. */
  hear(epoch: number, leaderId: number | undefined): boolean
  /** The one timer of the present role; replaced by the next call, gone with the role. */
  armRoleTimer(delayMs: number, callback: () => void): void
  /** Work of the present role that runs beside it; what it throws is a bug. */
  spawn(work: Promise<void>): void
  /** Resolves after `delayMs`, also when the role has changed meanwhile. */
  pause(delayMs: number): Promise<void>
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

/** Bytes of committed records handed out in one go; more follows after the present macrotask. */
const deliveryBytesMax = 1024 * 1024

interface Waiter {
  readonly offset: number
  readonly epoch: number
  readonly resolve: (committed: boolean) => void
}

/** `enter` starts the work of a role that was just taken; `leave` ends that of the one before. */
export function createCore(options: RaftOptions, enter: (core: Core) => void, leave: (core: Core) => void): Core {
  const { nodeId, log, state, timers } = options
  const listeners: RaftListener[] = []
  const voterIds = [...options.voters.keys()].sort((a, b) => a - b)
  let waiters: Waiter[] = []
  let delivered = 0
  let delivering = false
  let announced: { leaderId: number | undefined; epoch: number } = { leaderId: undefined, epoch: -1 }
  let cancelRoleTimer: CancelTimer = () => {}
  let cancelDelivery: CancelTimer = () => {}

  const core: Core = {
    options,
    timeouts: { ...defaultRaftTimeouts, ...options.timeouts },
    nodeId,
    isVoter: options.voters.has(nodeId),
    voterIds,
    otherVoterIds: voterIds.filter(id => id !== nodeId),
    role: restoredRole(state.load(), log.lastEpoch, nodeId),
    turn: 0,
    hasFetched: false,
    electionAttempts: 0,
    highWatermark: 0,
    stopped: false,
    leading: undefined,
    logEnd: () => ({ endOffset: log.endOffset, epoch: log.lastEpoch }),
    leaderId: () => leaderIdOf(core.role, nodeId),
    become(next) {
      const before = electionStateOf(core.role, nodeId)
      const role = move(core.role, next, nodeId)
      const after = electionStateOf(role, nodeId)
      if (before.epoch !== after.epoch || before.votedId !== after.votedId || before.leaderId !== after.leaderId)
        state.save(after)
      cancelRoleTimer()
      leave(core)
      core.role = role
      core.turn += 1
      core.hasFetched = false
      if (role.kind === 'follower' || role.kind === 'leader') core.electionAttempts = 0
      announce()
      refuseWaiters(waiter => role.kind !== 'leader' || waiter.epoch !== role.epoch)
      enter(core)
    },
    hear(epoch, leaderId) {
      const next = roleAfterHearing(core.role, epoch, leaderId, nodeId)
      if (next === undefined) return false
      core.become(next)
      return true
    },
    armRoleTimer(delayMs, callback) {
      cancelRoleTimer()
      cancelRoleTimer = timers.after(delayMs, () => {
        if (!core.stopped) callback()
      })
    },
    spawn(work) {
      const { bug } = options
      if (bug !== undefined) work.catch((error: unknown) => core.stopped || bug(error))
    },
    pause: delayMs => new Promise(resolve => timers.after(delayMs, resolve)),
    advanceHighWatermark(to) {
      if (to <= core.highWatermark) return
      core.highWatermark = to
      log.advanceHighWatermark(to)
      deliver()
    },
    snapshotLoaded(id) {
      assert(id.endOffset >= delivered, `raft: snapshot ${id.endOffset} is older than what was delivered, ${delivered}`)
      core.highWatermark = Math.max(core.highWatermark, id.endOffset)
      delivered = id.endOffset
      log.advanceHighWatermark(core.highWatermark)
      const values = log.readSnapshotValues(id)
      for (const listener of listeners) listener.loadSnapshot(values, id.endOffset, id.epoch)
    },
    whenCommitted(offset, epoch) {
      const { role } = core
      if (role.kind !== 'leader' || role.epoch !== epoch || core.stopped) return Promise.resolve(false)
      if (delivered > offset) return Promise.resolve(true)
      return new Promise(resolve => waiters.push({ offset, epoch, resolve }))
    },
    subscribe: listener => void listeners.push(listener),
    open() {
      const snapshot = log.latestSnapshot()
      if (snapshot !== undefined) core.snapshotLoaded(snapshot)
      announce()
      enter(core)
    },
    shut() {
      core.stopped = true
      core.turn += 1
      cancelRoleTimer()
      cancelDelivery()
      leave(core)
      refuseWaiters(() => true)
    },
  }

  /** Committed batches in order, bounded per macrotask; then whoever waited for them. */
  function deliver(): void {
    if (delivering || core.stopped) return
    delivering = true
    let bytes = 0
    while (delivered < core.highWatermark && bytes < deliveryBytesMax) {
      for (const batch of log.readBatches(delivered, core.highWatermark, deliveryBytesMax)) {
        for (const listener of listeners) listener.commit(batch)
        for (const value of batch.values) bytes += value.length
        bytes += 64
        delivered = batch.lastOffset + 1
      }
    }
    delivering = false
    const due = waiters.filter(waiter => waiter.offset < delivered)
    waiters = waiters.filter(waiter => waiter.offset >= delivered)
    for (const waiter of due) waiter.resolve(true)
    announce()
    if (delivered < core.highWatermark) {
      cancelDelivery()
      cancelDelivery = timers.soon(deliver)
    }
  }

  /** Own leadership is told only once the first record of the epoch is delivered. */
  function announce(): void {
    const { role } = core
    const ready = role.kind !== 'leader' || (core.leading !== undefined && delivered > core.leading.epochStartOffset)
    const leaderId = ready ? core.leaderId() : undefined
    if (announced.leaderId === leaderId && announced.epoch === role.epoch) return
    announced = { leaderId, epoch: role.epoch }
    for (const listener of listeners) listener.leaderChanged(leaderId, role.epoch)
  }

  function refuseWaiters(isLost: (waiter: Waiter) => boolean): void {
    const lost = waiters.filter(isLost)
    waiters = waiters.filter(waiter => !isLost(waiter))
    for (const waiter of lost) waiter.resolve(false)
  }

  return core
}
