import { assert } from '../base/assert.ts'
import type { RaftNode } from '../consensus/raft-node.ts'
import type { CancelTimer, Clock, Random, Timers } from '../env/clock.ts'
import type { Digest } from '../env/digest.ts'
import type { LogSink } from '../env/log-sink.ts'
import { bootstrapRecords } from './bootstrap-records.ts'
import type { BrokerWatch } from './broker-watch.ts'
import type { Controller, ControllerDefaults, ControllerState, Decision } from './controller.ts'
import { fenceRecords } from './decisions/broker-changes.ts'
import { balanceRecords } from './decisions/elect-leaders.ts'
import { metadataVersionOf } from './feature-levels.ts'
import { evolveImage } from './image-draft.ts'
import type { MetadataImage } from './image.ts'
import type { MetadataLoader } from './metadata-loader.ts'
import { encodeMetadataRecords } from './metadata-record-codec.ts'
import type { MetadataRecord } from './metadata-records.ts'
import { openSessions, type SessionBook } from './sessions.ts'

export interface ControllerOptions {
  readonly raft: RaftNode
  /** The committed metadata of this node; must be subscribed to `raft` before the controller is. */
  readonly metadata: MetadataLoader
  readonly defaults: ControllerDefaults
  /** What the directory of this node was formatted with, for the first active controller of the cluster; undefined: the newest of everything. */
  readonly bootstrap?: readonly MetadataRecord[] | undefined
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly digest: Digest
  readonly sink: LogSink
  /** Without it only silence tells that a broker is gone. */
  readonly watch?: BrokerWatch
}

/**
 * The controller of one node: the shell around the decisions. Call before `raft.start()`. It becomes active when the quorum says that
 * this node leads and everything committed is known; from then on `perform` decides on an image of its own, ahead of the committed one.
 */
export function startController(options: ControllerOptions): Controller {
  const { raft, clock } = options
  let active: Active | undefined
  let isStopped = false
  const resign = (): void => {
    active?.resign()
    active = undefined
  }
  raft.subscribe({
    loadSnapshot() {},
    commit() {},
    leaderChanged(leaderId, epoch) {
      resign()
      if (leaderId !== raft.nodeId || isStopped) return
      active = new Active(options, epoch)
      active.begin()
    },
  })
  return {
    isActive: () => active !== undefined,
    async perform<Reply>(decide: (state: ControllerState) => Decision<Reply>): Promise<Reply | undefined> {
      const own = active
      if (own === undefined) return undefined
      const { records, reply, kraftVersion } = decide(own.state())
      if (kraftVersion !== undefined) {
        const why = raft.upgradeKRaftVersion(kraftVersion, { isTrial: false })
        assert(why === undefined, `controller: kraft.version was not upgraded: ${why}`)
      }
      // A reply without records waits as well: it may speak of records that are not committed yet.
      const lastOffset = records.length === 0 ? raft.logEndOffset - 1 : own.append(records)
      if (lastOffset === undefined) return undefined
      return (await raft.whenCommitted(lastOffset, own.epoch)) ? reply : undefined
    },
    heard({ brokerId, brokerEpoch, currentMetadataOffset }) {
      if (active?.image.brokers.get(brokerId)?.brokerEpoch !== brokerEpoch) return
      active.heardFrom.add(brokerId)
      active.sessions.heard(brokerId, currentMetadataOffset, clock.monotonicMs())
    },
    stop() {
      isStopped = true
      resign()
    },
  }
}

/** Time for live brokers to find a new controller, before a refused connection counts against one that has not been heard from. */
const greetingMs = 120

/** A timer that is later than this share of a session was not late for want of time. */
const oversleptShare = 0.25

/** What the active controller has, and loses with the role: the image with everything appended so far, sessions, watches, timers. */
class Active {
  readonly epoch: number
  readonly sessions: SessionBook
  /** Brokers that have sent a heartbeat to this controller in this epoch. */
  readonly heardFrom = new Set<number>()
  readonly #sinceMs: number
  image: MetadataImage
  readonly #options: ControllerOptions
  /** By broker: the registration that is watched, and how to end it. */
  readonly #watches = new Map<number, { readonly brokerEpoch: number; cancel(): void }>()
  #cancelExpiry: CancelTimer = () => {}
  #cancelBalance: CancelTimer = () => {}
  #isOver = false

  constructor(options: ControllerOptions, epoch: number) {
    this.epoch = epoch
    this.#options = options
    this.#sinceMs = options.clock.monotonicMs()
    this.image = options.metadata.image()
    this.sessions = openSessions({
      sessionTimeoutMs: options.defaults.sessionTimeoutMs,
      image: () => this.image,
      nowMs: () => options.clock.monotonicMs(),
    })
  }

  begin(): void {
    const { raft, sink, defaults, bootstrap } = this.#options
    sink.write('info', 'controller.active', { node: raft.nodeId, epoch: this.epoch, offset: this.image.offset })
    if (!this.image.features.has('metadata.version')) {
      this.append(bootstrapRecords(bootstrap, defaults))
    }
    this.#watchSessions()
    this.#watchProcesses()
    this.#watchBalance()
  }

  resign(): void {
    const { raft, sink } = this.#options
    sink.write('info', 'controller.resigned', { node: raft.nodeId, epoch: this.epoch })
    this.#isOver = true
    this.#cancelExpiry()
    this.#cancelBalance()
    for (const watch of this.#watches.values()) watch.cancel()
  }

  state(): ControllerState {
    const { raft, clock, defaults, random, digest } = this.#options
    return {
      image: this.image,
      nextOffset: raft.logEndOffset,
      nowMs: clock.monotonicMs(),
      defaults,
      sessions: this.sessions,
      random,
      digest,
      quorum: {
        nodeId: raft.nodeId,
        kraftVersion: raft.membership().kraftVersion,
        whyNotUpgraded: level => raft.upgradeKRaftVersion(level, { isTrial: true }),
      },
    }
  }

  /** Appends and evolves; the last offset, or undefined when this node has lost the role. */
  append(records: readonly MetadataRecord[]): number | undefined {
    const lastOffset = this.#options.raft.append(encodeMetadataRecords(records, metadataVersionOf(this.image)), this.epoch)
    if (lastOffset === undefined) return undefined
    const { brokers } = this.image
    this.image = evolveImage(this.image, records, { offset: lastOffset + 1, epoch: this.epoch })
    for (const record of records) this.#note(record, lastOffset)
    if (this.image.brokers !== brokers) this.#watchProcesses()
    return lastOffset
  }

  #note(record: MetadataRecord, lastOffset: number): void {
    if (record.type === 'RegisterBrokerRecord' || record.type === 'UnregisterBrokerRecord') this.sessions.forget(record.brokerId)
    if (record.type !== 'BrokerRegistrationChangeRecord') return
    if (record.inControlledShutdown === 1) this.sessions.shutdownDecided(record.brokerId, lastOffset)
    if (record.fenced === -1) {
      this.sessions.heard(record.brokerId, -1, this.#options.clock.monotonicMs())
      this.#watchSessions()
    }
  }

  /** REPL-20. One timer, at the moment when the first session may end; heartbeats do not touch it. */
  #watchSessions(): void {
    const { clock, timers } = this.#options
    this.#cancelExpiry()
    const nextMs = this.sessions.nextExpiryMs(this.image)
    if (nextMs === undefined) return
    this.#cancelExpiry = timers.after(Math.max(1, nextMs - clock.monotonicMs()), () => {
      if (this.#isOver) return
      this.#expireSessions(clock.monotonicMs() - nextMs)
      this.#watchSessions()
    })
  }

  #expireSessions(lateMs: number): void {
    const { clock, defaults } = this.#options
    const nowMs = clock.monotonicMs()
    // This process slept: the heartbeats of that time may still wait to be read, so silence says nothing about the others.
    if (lateMs > defaults.sessionTimeoutMs * oversleptShare) this.sessions.renewAll(nowMs)
    for (const brokerId of this.sessions.expired(this.image, nowMs)) this.#fence(brokerId, 'session-expired')
  }

  #fence(brokerId: number, reason: string): void {
    const { raft, sink } = this.#options
    const broker = this.image.brokers.get(brokerId)
    assert(broker !== undefined, `controller: broker ${brokerId}, which is to be fenced, is not registered`)
    sink.write('info', 'controller.fence', { node: raft.nodeId, broker: brokerId, reason })
    this.append(fenceRecords(this.state(), broker))
  }

  /** One watch for each broker that is not fenced, but this node itself. */
  #watchProcesses(): void {
    const { raft, watch } = this.#options
    if (watch === undefined) return
    for (const [brokerId, watched] of this.#watches) {
      const broker = this.image.brokers.get(brokerId)
      if (broker?.brokerEpoch === watched.brokerEpoch && !broker.fenced) continue
      watched.cancel()
      this.#watches.delete(brokerId)
    }
    for (const { brokerId, brokerEpoch, fenced, endpoints } of this.image.brokers.values()) {
      const [endpoint] = endpoints
      if (fenced || brokerId === raft.nodeId || endpoint === undefined || this.#watches.has(brokerId)) continue
      const cancel = watch.watch(endpoint, wasReached => {
        const isSame = !this.#isOver && this.#watches.get(brokerId)?.brokerEpoch === brokerEpoch
        if (isSame && (wasReached || this.#isSilent(brokerId))) this.#fence(brokerId, 'process-gone')
      })
      this.#watches.set(brokerId, { brokerEpoch, cancel })
    }
  }

  /** Live brokers make themselves known to a new controller at once; one that does not, and that nobody reaches, went with the old one. */
  #isSilent(brokerId: number): boolean {
    return !this.heardFrom.has(brokerId) && this.#options.clock.monotonicMs() - this.#sinceMs > greetingMs
  }

  /** LEAD-02. */
  #watchBalance(): void {
    const { defaults, timers } = this.#options
    if (defaults.leaderBalanceIntervalMs === undefined) return
    this.#cancelBalance = timers.after(defaults.leaderBalanceIntervalMs, () => {
      if (this.#isOver) return
      const records = balanceRecords(this.state())
      if (records.length > 0) this.append(records)
      this.#watchBalance()
    })
  }
}
