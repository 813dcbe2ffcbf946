import { describe, expect, it } from 'vitest'
import { createRaftNode } from '../../../broker-core/consensus/node.ts'
import type { ElectionState } from '../../../broker-core/consensus/ports.ts'
import { startController } from '../../../broker-core/controller/controller-node.ts'
import type { Controller, ControllerDefaults } from '../../../broker-core/controller/controller.ts'
import { decideBrokerHeartbeat } from '../../../broker-core/controller/decisions/heartbeat.ts'
import { decideBrokerRegistration } from '../../../broker-core/controller/decisions/register-broker.ts'
import { decideCreateTopics } from '../../../broker-core/controller/decisions/create-topics.ts'
import { decideAlterPartition } from '../../../broker-core/controller/decisions/alter-partition.ts'
import { registeredFeatures } from '../../../broker-core/controller/feature-levels.ts'
import { metadataLoader, type MetadataLoader, type SnapshotLimits } from '../../../broker-core/controller/metadata-loader.ts'
import { nodeDigest } from '../../../broker-core/env/node/digest.ts'
import { memoryRaftDisk } from '../../simulation/quorum/memory-raft-log.ts'
import { createSimTime, simClock, simTimers } from '../../simulation/sim-clock.ts'
import { seededRandom } from '../../simulation/sim-random.ts'

/** A quorum of one with a controller on top, in virtual time; `restart` keeps what is on the disk. */
class Node {
  readonly time = createSimTime()
  readonly disk = memoryRaftDisk()
  readonly watched = new Map<number, (wasReached: boolean) => void>()
  metadata!: MetadataLoader
  controller!: Controller
  private stored: ElectionState | undefined
  private readonly clockRate: number
  private readonly defaults: ControllerDefaults
  private readonly limits: SnapshotLimits
  raft!: ReturnType<typeof createRaftNode>

  constructor(options: { limits?: SnapshotLimits; leaderBalanceIntervalMs?: number; clockRate?: number } = {}) {
    this.clockRate = options.clockRate ?? 1
    this.limits = options.limits ?? { bytes: 1e9, intervalMs: 1e9 }
    this.defaults = {
      numPartitions: 1,
      defaultReplicationFactor: 1,
      staticConfigs: {},
      sessionTimeoutMs: 9000,
      leaderBalanceIntervalMs: options.leaderBalanceIntervalMs,
    }
    this.start()
  }

  start(): void {
    const common = {
      clock: simClock(this.time, { rate: this.clockRate }),
      timers: simTimers(this.time, undefined),
      random: seededRandom(1),
      digest: nodeDigest,
      sink: { write() {} },
    }
    this.raft = createRaftNode({
      ...common,
      nodeId: 1,
      directoryId: 'd1',
      clusterId: 'c',
      voters: new Map([[1, { host: 'h', port: 1 }]]),
      log: this.disk.open(),
      state: { load: () => this.stored, save: state => void (this.stored = state) },
      peers: undefined as never,
    })
    this.metadata = metadataLoader({ clusterId: 'c', timers: common.timers, sink: common.sink })
    this.raft.subscribe(this.metadata.listener)
    this.metadata.snapshotInto(this.raft, this.limits)
    const watch = {
      watch: ({ port }: { port: number }, refused: (wasReached: boolean) => void) => {
        this.watched.set(port, refused)
        return () => void this.watched.delete(port)
      },
    }
    this.controller = startController({ ...common, raft: this.raft, metadata: this.metadata, defaults: this.defaults, watch })
    this.raft.start()
  }

  async restart(): Promise<void> {
    this.controller.stop()
    this.raft.abandon()
    this.start()
    await this.active()
  }

  async active(): Promise<this> {
    expect(await this.time.run(5000, () => this.controller.isActive())).toBe(true)
    await this.time.run(10)
    return this
  }

  async join(brokerId: number): Promise<void> {
    const registration = this.controller.perform(state =>
      decideBrokerRegistration(state, {
        brokerId,
        clusterId: 'c',
        incarnationId: `${String(brokerId).padStart(20, 'i')}AA`,
        listeners: [{ name: 'PLAINTEXT', host: 'h', port: brokerId, securityProtocol: 0 }],
        features: registeredFeatures,
        rack: null,
        isMigratingZkBroker: false,
        logDirs: [],
        previousBrokerEpoch: -1,
      }),
    )
    await this.time.run(10)
    expect((await registration)?.errorCode).toBe(0)
    this.heartbeat(brokerId)
    await this.time.run(10)
  }

  heartbeat(brokerId: number): void {
    const brokerEpoch = this.metadata.image().brokers.get(brokerId)?.brokerEpoch ?? -1
    const request = {
      brokerId,
      brokerEpoch,
      currentMetadataOffset: this.metadata.image().offset - 1,
      wantFence: false,
      wantShutDown: false,
      offlineLogDirs: [],
      cordonedLogDirs: null,
    }
    this.controller.heard(request)
    void this.controller.perform(state => decideBrokerHeartbeat(state, request))
  }

  create(name: string, brokerIds: readonly number[]) {
    const topic = { name, numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds }], configs: [] }
    return this.controller.perform(state => decideCreateTopics(state, { topics: [topic], timeoutMs: 0, validateOnly: false }))
  }

  partition(name: string) {
    return this.metadata.image().topicsByName.get(name)?.partitions[0]
  }
}

describe('the controller of a node', () => {
  it('META-11: writes the bootstrap of a new cluster once', async () => {
    const node = await new Node().active()
    const { features, offset } = node.metadata.image()
    expect(features.get('metadata.version')).toBeGreaterThan(0)
    expect(features.has('kraft.version')).toBe(false)
    expect(node.metadata.image().configs.get('4:')?.get('min.insync.replicas')).toBe('1')
    await node.restart()
    // Only the record that opens the new epoch came on top.
    expect(node.metadata.image().offset).toBe(offset + 1)
  })

  it('refuses while it is not active, and answers only what is committed', async () => {
    const node = new Node()
    expect(await node.create('early', [1])).toBeUndefined()
    await node.active()
    await node.join(1)
    let answered = false
    const reply = node.create('t', [1]).then(result => {
      answered = true
      return result
    })
    await Promise.resolve()
    expect([answered, node.metadata.image().topicsByName.has('t')]).toEqual([false, false])
    await node.time.run(10)
    expect((await reply)?.topics[0]?.errorCode).toBe(0)
    expect(node.metadata.image().topicsByName.has('t')).toBe(true)
  })

  it('decides on what earlier decisions wrote although it is not committed yet', async () => {
    const node = await new Node().active()
    await node.join(1)
    const [one, other] = [node.create('t', [1]), node.create('t', [1])]
    await node.time.run(10)
    expect([(await one)?.topics[0]?.errorCode, (await other)?.topics[0]?.errorCode]).toEqual([0, 36])
  })

  it('REPL-20: a silent broker is fenced when its session ends, one that is heard is not', async () => {
    const node = await new Node().active()
    await node.join(1)
    await node.join(2)
    void node.create('t', [1, 2])
    await node.time.run(10)
    for (let second = 0; second < 12; second++) {
      node.heartbeat(2)
      await node.time.run(1000)
      if (second === 7) expect(node.metadata.image().brokers.get(1)?.fenced).toBe(false)
    }
    expect(node.metadata.image().brokers.get(1)?.fenced).toBe(true)
    expect(node.metadata.image().brokers.get(2)?.fenced).toBe(false)
    expect(node.partition('t')).toMatchObject({ leader: 2, isr: [2] })
  })

  it('REPL-20: who overslept itself does not take the silence for that of the others', async () => {
    // Its clock runs three times as fast as its timers: each of them is late, as after a pause of the process.
    const node = await new Node({ clockRate: 3 }).active()
    await node.join(2)
    await node.time.run(60_000)
    expect(node.metadata.image().brokers.get(2)?.fenced).toBe(false)
  })

  it('a new active controller gives every broker a fresh session', async () => {
    const node = await new Node().active()
    await node.join(2)
    await node.time.run(8000)
    await node.restart()
    await node.time.run(8000)
    expect(node.metadata.image().brokers.get(2)?.fenced).toBe(false)
    await node.time.run(2000)
    expect(node.metadata.image().brokers.get(2)?.fenced).toBe(true)
  })

  it('fences a broker at once when its process is gone, and watches only those that are not fenced', async () => {
    const node = await new Node().active()
    await node.join(2)
    await node.join(3)
    expect([...node.watched.keys()]).toEqual([2, 3])
    node.watched.get(2)?.(true)
    await node.time.run(10)
    expect(node.metadata.image().brokers.get(2)?.fenced).toBe(true)
    expect([...node.watched.keys()]).toEqual([3])
    await node.restart()
    expect([...node.watched.keys()]).toEqual([3])
  })

  it('a refused address that was never reached tells nothing of a broker that is heard from', async () => {
    const node = await new Node().active()
    await node.join(2)
    await node.time.run(1000)
    node.watched.get(2)?.(false)
    await node.time.run(10)
    expect(node.metadata.image().brokers.get(2)?.fenced).toBe(false)
    // A new controller that has not heard from it yet: not at once, but soon.
    await node.restart()
    node.watched.get(2)?.(false)
    await node.time.run(10)
    expect(node.metadata.image().brokers.get(2)?.fenced).toBe(false)
    await node.time.run(500)
    node.watched.get(2)?.(false)
    await node.time.run(10)
    expect(node.metadata.image().brokers.get(2)?.fenced).toBe(true)
  })

  it('LEAD-02: moves leaders back to the preferred replica at its interval', async () => {
    const node = await new Node({ leaderBalanceIntervalMs: 5000 }).active()
    await node.join(2)
    await node.join(3)
    void node.create('t', [2, 3])
    await node.time.run(10)
    node.watched.get(2)?.(true)
    await node.time.run(10)
    expect(node.partition('t')).toMatchObject({ leader: 3, isr: [3] })
    node.heartbeat(2)
    await node.time.run(10)
    const { leaderEpoch = -1, partitionEpoch = -1 } = node.partition('t') ?? {}
    const epoch = (brokerId: number) => node.metadata.image().brokers.get(brokerId)?.brokerEpoch ?? -1
    const topicId = node.metadata.image().topicsByName.get('t')?.topicId ?? ''
    const newIsrWithEpochs = [3, 2].map(brokerId => ({ brokerId, brokerEpoch: epoch(brokerId) }))
    const partition = { partitionIndex: 0, leaderEpoch, partitionEpoch, newIsr: [], newIsrWithEpochs, leaderRecoveryState: 0 }
    const request = { brokerId: 3, brokerEpoch: epoch(3), topics: [{ topicId, partitions: [partition] }] }
    void node.controller.perform(state => decideAlterPartition(state, request))
    await node.time.run(10)
    expect(node.partition('t')).toMatchObject({ leader: 3, isr: [3, 2] })
    await node.time.run(5000)
    expect(node.partition('t')).toMatchObject({ leader: 2, isr: [3, 2] })
  })

  it('KIP-630: snapshots by size keep the log short, and a restart finds everything in them', async () => {
    const node = await new Node({ limits: { bytes: 2000, intervalMs: 1e9 } }).active()
    await node.join(1)
    for (let n = 0; n < 100; n++) {
      void node.create(`topic-${n}`, [1])
      await node.time.run(5)
    }
    expect(node.disk.startOffset()).toBeGreaterThan(100)
    expect(node.disk.entries().length).toBeLessThan(40)
    const before = node.metadata.image()
    await node.restart()
    const after = node.metadata.image()
    expect(after.topicsByName.size).toBe(100)
    expect([...after.topicsByName.values()].sort(byName)).toEqual([...before.topicsByName.values()].sort(byName))
    expect([after.brokers, after.features, after.nextProducerId]).toEqual([
      before.brokers,
      before.features,
      before.nextProducerId,
    ])
  })

  it('KIP-630: snapshots by time', async () => {
    const node = await new Node({ limits: { bytes: 1e9, intervalMs: 60_000 } }).active()
    await node.join(1)
    await node.time.run(61_000)
    expect(node.disk.startOffset()).toBeGreaterThan(0)
  })
})

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
