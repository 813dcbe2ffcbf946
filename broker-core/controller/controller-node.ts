import { assert } from '../base/assert.ts'
import type { RaftNode } from '../consensus/raft-node.ts'
import type { CancelTimer, Clock, Random, Timers } from '../env/clock.ts'
import type { LogSink } from '../env/log-sink.ts'
import type { Controller, ControllerDefaults, ControllerState, Decision } from './controller.ts'
import type { BrokerWatch } from './broker-watch.ts'
import { fenceRecords } from './decisions/broker-changes.ts'
import { balanceRecords } from './decisions/elect-leaders.ts'
import { bootstrapRecords } from './feature-levels.ts'
import { evolveImage } from './image-draft.ts'
import type { MetadataImage } from './image.ts'
import type { MetadataLoader } from './metadata-loader.ts'
import { encodeMetadataRecord } from './metadata-record-codec.ts'
import type { MetadataRecord } from './metadata-records.ts'
import { openSessions, type SessionBook } from './sessions.ts'

export interface ControllerOptions {
  readonly raft: RaftNode
  /** The committed metadata of this node; must be subscribed to `raft` before the controller is. */
  readonly metadata: MetadataLoader
  readonly defaults: ControllerDefaults
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly sink: LogSink
  /** Without it only silence tells that a broker is gone. */
  readonly watch?: BrokerWatch
}

/** What the active controller has, and loses with the role. */
interface Active {
  readonly epoch: number
  /** With everything appended so far, committed or not. */
  image: MetadataImage
  readonly sessions: SessionBook
  /** By broker: the registration that is watched, and how to end it. */
  readonly watches: Map<number, { readonly brokerEpoch: number; cancel(): void }>
  cancelExpiry: CancelTimer
  cancelBalance: CancelTimer
}

/**
 * The controller of one node: the shell around the decisions. Call before `raft.start()`. It becomes active when the quorum says that
 * this node leads and everything committed is known; from then on `perform` decides on an image of its own, ahead of the committed one.
 */
export function startController(options: ControllerOptions): Controller {
  const { raft, metadata, defaults, clock, timers, random, sink } = options
  let active: Active | undefined
  let isStopped = false

  raft.subscribe({
    loadSnapshot() {},
    commit() {},
    leaderChanged(leaderId, epoch) {
      if (active !== undefined) resign()
      if (leaderId === raft.nodeId && !isStopped) activate(epoch)
    },
  })

  function activate(epoch: number): void {
    const own: Active = {
      epoch,
      image: metadata.image(),
      sessions: openSessions({
        sessionTimeoutMs: defaults.sessionTimeoutMs,
        image: () => active?.image ?? metadata.image(),
        nowMs: () => clock.monotonicMs(),
      }),
      watches: new Map(),
      cancelExpiry: () => {},
      cancelBalance: () => {},
    }
    active = own
    sink.write('info', 'controller.active', { node: raft.nodeId, epoch, offset: own.image.offset })
    if (!own.image.features.has('metadata.version')) {
      append(own, bootstrapRecords(defaults.staticConfigs['min.insync.replicas'] ?? '1'))
    }
    watchSessions(own)
    watchProcesses(own)
    watchBalance(own)
  }

  function resign(): void {
    sink.write('info', 'controller.resigned', { node: raft.nodeId, epoch: active?.epoch })
    active?.cancelExpiry()
    active?.cancelBalance()
    for (const watch of active?.watches.values() ?? []) watch.cancel()
    active = undefined
  }

  function stateOf(own: Active): ControllerState {
    return {
      image: own.image,
      nextOffset: raft.logEndOffset,
      nowMs: clock.monotonicMs(),
      defaults,
      sessions: own.sessions,
      random,
    }
  }

  /** Appends and evolves; the last offset, or undefined when this node has lost the role. */
  function append(own: Active, records: readonly MetadataRecord[]): number | undefined {
    const lastOffset = raft.append(records.map(encodeMetadataRecord), own.epoch)
    if (lastOffset === undefined) return undefined
    const { brokers } = own.image
    own.image = evolveImage(own.image, records, { offset: lastOffset + 1, epoch: own.epoch })
    noteRecords(own, records, lastOffset)
    if (own.image.brokers !== brokers) watchProcesses(own)
    return lastOffset
  }

  function noteRecords(own: Active, records: readonly MetadataRecord[], lastOffset: number): void {
    for (const record of records) {
      if (record.type === 'RegisterBrokerRecord' || record.type === 'UnregisterBrokerRecord') own.sessions.forget(record.brokerId)
      else if (record.type === 'BrokerRegistrationChangeRecord') {
        if (record.inControlledShutdown === 1) own.sessions.shutdownDecided(record.brokerId, lastOffset)
        if (record.fenced === -1) {
          own.sessions.heard(record.brokerId, -1, clock.monotonicMs())
          watchSessions(own)
        }
      }
    }
  }

  /** REPL-20. One timer, at the moment when the first session may end; heartbeats do not touch it. */
  function watchSessions(own: Active): void {
    own.cancelExpiry()
    const nextMs = own.sessions.nextExpiryMs(own.image)
    if (nextMs === undefined) return
    own.cancelExpiry = timers.after(Math.max(1, nextMs - clock.monotonicMs()), () => {
      if (active !== own) return
      for (const brokerId of own.sessions.expired(own.image, clock.monotonicMs())) fence(own, brokerId, 'session-expired')
      watchSessions(own)
    })
  }

  function fence(own: Active, brokerId: number, reason: string): void {
    const broker = own.image.brokers.get(brokerId)
    assert(broker !== undefined, `controller: broker ${brokerId}, which is to be fenced, is not registered`)
    sink.write('info', 'controller.fence', { node: raft.nodeId, broker: brokerId, reason })
    append(own, fenceRecords(stateOf(own), broker))
  }

  /** One watch for each broker that is not fenced, but this node itself. */
  function watchProcesses(own: Active): void {
    if (options.watch === undefined) return
    for (const [brokerId, watched] of own.watches) {
      const broker = own.image.brokers.get(brokerId)
      if (broker?.brokerEpoch === watched.brokerEpoch && !broker.fenced) continue
      watched.cancel()
      own.watches.delete(brokerId)
    }
    for (const { brokerId, brokerEpoch, fenced, endpoints } of own.image.brokers.values()) {
      const [endpoint] = endpoints
      if (fenced || brokerId === raft.nodeId || endpoint === undefined || own.watches.has(brokerId)) continue
      const cancel = options.watch.watch(endpoint, () => {
        if (active === own && own.watches.get(brokerId)?.brokerEpoch === brokerEpoch) fence(own, brokerId, 'process-gone')
      })
      own.watches.set(brokerId, { brokerEpoch, cancel })
    }
  }

  /** LEAD-02. */
  function watchBalance(own: Active): void {
    if (defaults.leaderBalanceIntervalMs === undefined) return
    own.cancelBalance = timers.after(defaults.leaderBalanceIntervalMs, () => {
      if (active !== own) return
      const records = balanceRecords(stateOf(own))
      if (records.length > 0) append(own, records)
      watchBalance(own)
    })
  }

  return {
    isActive: () => active !== undefined,
    async perform<Reply>(decide: (state: ControllerState) => Decision<Reply>): Promise<Reply | undefined> {
      const own = active
      if (own === undefined) return undefined
      const { records, reply } = decide(stateOf(own))
      // A reply without records waits as well: it may speak of records that are not committed yet.
      const lastOffset = records.length === 0 ? raft.logEndOffset - 1 : append(own, records)
      if (lastOffset === undefined) return undefined
      return (await raft.whenCommitted(lastOffset, own.epoch)) ? reply : undefined
    },
    heard({ brokerId, brokerEpoch, currentMetadataOffset }) {
      if (active?.image.brokers.get(brokerId)?.brokerEpoch !== brokerEpoch) return
      active.sessions.heard(brokerId, currentMetadataOffset, clock.monotonicMs())
    },
    stop() {
      isStopped = true
      if (active !== undefined) resign()
    },
  }
}
