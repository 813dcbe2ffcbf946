import { KafkaClientError } from '../../broker-core/client/client-error.ts'
import type { ConsumerOptions, GroupConsumer } from '../../broker-core/client/consuming/consumer-options.ts'
import { consumeAsGroup } from '../../broker-core/client/consuming/group-consumer.ts'
import type { TailBatches } from '../../broker-core/client/reading/topic-tail.ts'
import type { Compression } from '../../broker-core/env/codec.ts'
import { batchIsControl } from '../../broker-core/records/batch-header.ts'
import { recordsOf } from '../../broker-core/records/record-reader.ts'
import { noDisk } from '../compliance/no-disk.ts'
import { startJournal } from './journal-workload.ts'
import { leaveGroup, pause, simClient } from './sim-clients.ts'
import type { RunningProcess } from './sim-env.ts'
import type { SeededRandom } from './sim-random.ts'
import type { Run, StartWorkload } from './workload.ts'

const topic = 'journal'

/** What all members of one group together have received. */
interface Group {
  readonly options: ConsumerOptions
  /** By partition: everything below was received by some member. */
  readonly covered: number[]
}

/**
 * The journal, read by groups of both protocols whose members come, leave and die. A group receives everything at least once: nothing is
 * skipped, for nothing is committed before it was received.
 */
export const startGroups: StartWorkload = async run => {
  const journal = await startJournal(run)
  if (journal === undefined) return undefined
  const { history, world } = run
  const groups = (['classic', 'consumer'] as const).map(protocol => newGroup(protocol, run.partitions))
  const scene = world.start({ name: 'members', disk: noDisk })
  let isRotating = true
  const escape = (error: unknown): void =>
    history.violated(`a member failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  for (const group of groups) {
    for (let slot = 0; slot < 2; slot++) {
      const random = world.random.fork(`${group.options.groupId}-${slot}`)
      memberLoop(run, group, scene, random, () => isRotating).catch(escape)
    }
  }
  const isCovered = (): boolean =>
    groups.every(group => group.covered.every((covered, partition) => covered >= history.observed(partition).length))
  return {
    ...journal,
    stopProducing() {
      isRotating = false
      journal.stopProducing()
    },
    isConverged: () => journal.isConverged() && isCovered(),
    describe: () =>
      `${journal.describe()} ${groups.map(({ options, covered }) => `${options.protocol}: ${covered.join('/')}`).join(' ')}`,
  }
}

function newGroup(protocol: 'classic' | 'consumer', partitions: number): Group {
  const options: ConsumerOptions = {
    groupId: `group-${protocol}`,
    topics: [topic],
    protocol,
    sessionTimeoutMs: 6_000,
    heartbeatIntervalMs: 1_000,
    rebalanceTimeoutMs: 8_000,
    offsetReset: 'earliest',
    autoCommitIntervalMs: 700,
    fetchWaitMs: 250,
  }
  return { options, covered: Array.from({ length: partitions }, () => 0) }
}

/** One place in a group: a member lives for a while, leaves or dies, and is followed by another. */
async function memberLoop(
  run: Run,
  group: Group,
  scene: RunningProcess,
  random: SeededRandom,
  isRotating: () => boolean,
): Promise<void> {
  for (let number = 0; ; number++) {
    const name = `${group.options.groupId}-${random.integer(1e9)}`
    const member = run.world.start({ name, disk: noDisk })
    const life = startMember(run, group, member)
    const endMs = run.world.time.nowMs() + random.between(2_000, 15_000)
    while (!life.hasEnded() && (isRotating() ? run.world.time.nowMs() < endMs : true)) await pause(scene.env, 200)
    if (random.chance(0.5)) await Promise.race([life.leave(), pause(scene.env, 3_000)])
    member.process.die()
    await pause(scene.env, random.between(50, 2_000))
  }
}

interface Life {
  hasEnded(): boolean
  leave(): Promise<void>
}

function startMember(run: Run, group: Group, member: RunningProcess): Life {
  let consumer: GroupConsumer | undefined
  let hasEnded = false
  const live = async (): Promise<void> => {
    const context = { env: member.env, history: run.history, random: run.world.random, topic, isOver: () => false }
    const client = await simClient(run.cluster.bootstrap, member.process.name, context)
    // How far this member has read each of its partitions since it was given it.
    const positions = new Map<number, number>()
    consumer = consumeAsGroup(client, group.options, {
      receive: batches => receive(run, group, { ...batches, positions, compression: member.env.compression }),
      assigned: partitions => partitions.forEach(({ partition }) => positions.delete(partition)),
    })
    await consumer.stopped
  }
  live()
    .catch((error: unknown) => {
      if (!(error instanceof KafkaClientError)) run.history.violated(`a member failed: ${String(error)}`)
    })
    .finally(() => (hasEnded = true))
  return { hasEnded: () => hasEnded, leave: () => leaveGroup(consumer) }
}

interface Received extends TailBatches {
  readonly positions: Map<number, number>
  readonly compression: Compression
}

/** Poll skips, of the group as a whole; and polls that go back, of one member. */
function receive({ history }: Run, group: Group, received: Received): void {
  const { batches, compression, fromOffset, partition, positions } = received
  const { groupId } = group.options
  for (const { bytes } of batches) {
    if (batchIsControl(bytes, 0)) continue
    for (const { offset } of recordsOf(bytes, compression)) {
      if (offset < fromOffset) continue
      const position = positions.get(partition) ?? 0
      if (offset < position) history.violated(`a member of ${groupId} goes back from ${position} to ${offset} of ${partition}`)
      positions.set(partition, offset + 1)
      const covered = group.covered[partition] ?? 0
      if (offset > covered) history.violated(`${groupId} skips from ${covered} to ${offset} of partition ${partition}`)
      group.covered[partition] = Math.max(covered, offset + 1)
    }
  }
}
