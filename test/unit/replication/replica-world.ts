import { Partition, type PartitionAssignment } from '../../../broker-core/replication/partition.ts'
import type { CatchUpLimit, IsrChange, IsrChangeResult } from '../../../broker-core/replication/ports.ts'
import { encodeBatch } from '../../../broker-core/records/batch-writer.ts'
import { codecs, createTestLog, testStorage, topicId, type TestStorage } from '../storage/storage-env.ts'

export const lagMaxMs = 30_000

/** One replica with its real log on a disk in memory; the controller's answers are given by the test. */
export interface ReplicaWorld {
  readonly env: TestStorage
  readonly replica: Partition
  readonly asked: IsrChange[]
  /** Answers the oldest open ISR change. */
  answer(result: IsrChangeResult): Promise<void>
  /** Brokers by id with the epoch of their live registration. */
  readonly brokers: Map<number, number>
  failures: number
}

export const assignmentOf = (more: Partial<PartitionAssignment> = {}): PartitionAssignment => ({
  replicas: [1, 2, 3],
  isr: [1, 2, 3],
  leader: 1,
  leaderEpoch: 1,
  partitionEpoch: 1,
  leaderRecoveryState: 0,
  ...more,
})

export function replicaWorld(
  config: Record<string, string> = {},
  options: Parameters<typeof createTestLog>[2] = {},
): ReplicaWorld {
  const env = testStorage()
  const { log } = createTestLog(env, config, options)
  const asked: IsrChange[] = []
  const open: ((result: IsrChangeResult) => void)[] = []
  const brokers = new Map([
    [1, 11],
    [2, 12],
    [3, 13],
  ])
  const world = { failures: 0 }
  const replica = new Partition(log, 1, assignmentOf(), {
    clock: env.clock,
    timers: env.timers,
    log: env.log,
    replicaLagTimeMaxMs: lagMaxMs,
    isrChannel: {
      alterIsr(change) {
        asked.push(change)
        return new Promise(resolve => open.push(resolve))
      },
    },
    brokers: { activeEpochOf: id => brokers.get(id) ?? -1, isAlive: id => brokers.has(id) },
    storageFailed: () => (world.failures += 1),
  })
  replica.setMinInsyncReplicas(Number(config['min.insync.replicas'] ?? '1'))
  return Object.assign(world, {
    env,
    replica,
    asked,
    brokers,
    async answer(result: IsrChangeResult) {
      open.shift()?.(result)
      await Promise.resolve().then(() => undefined)
      await Promise.resolve()
    },
  })
}

export const batchOf = (...values: string[]): Uint8Array =>
  encodeBatch(
    { records: values.map(value => ({ timestampMs: 1_700_000_000_000, key: null, value: new TextEncoder().encode(value) })) },
    codecs,
  )

export const write = (replica: Partition, ...values: string[]) =>
  replica.append(batchOf(...values), { origin: 'client', requiresIsr: true })

/** What the leader notes when a follower at `fetchOffset` asks. */
export function followerAt(world: ReplicaWorld, brokerId: number, fetchOffset: number, logStartOffset = 0): void {
  world.replica.followerFetched(brokerId, {
    fetchOffset,
    logStartOffset,
    leaderLogEndOffset: world.replica.log.logEndOffset,
    brokerEpoch: world.brokers.get(brokerId) ?? -1,
    nowMs: world.env.clock.monotonicMs(),
  })
}

/** LEAD-12: a limit whose room the test decides; Infinity is none. `taken` is what was counted. */
export function limitByHand(
  roomBytes = Number.POSITIVE_INFINITY,
  covered = true,
): CatchUpLimit & { room: number; taken: number } {
  return {
    room: roomBytes,
    taken: 0,
    get isOn() {
      return this.room !== Number.POSITIVE_INFINITY
    },
    covers: () => covered,
    roomBytes() {
      return this.room - this.taken
    },
    took(bytes) {
      this.taken += bytes
    },
  }
}

export { topicId }
