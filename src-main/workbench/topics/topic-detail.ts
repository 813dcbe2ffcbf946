import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { OffsetAnswer } from '../../../broker-core/client/admin/offsets.ts'
import { listReassignments } from '../../../broker-core/client/admin/reassignments.ts'
import { describeLogDirectories } from '../../../broker-core/client/admin/log-directories.ts'
import type { LogDirectory } from '../../../broker-core/client/admin/log-directories.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { PartitionMetadata, TopicMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import type { PartitionView, TopicDetail } from '../../contract/views/topics.ts'
import { reasonOf } from '../failures.ts'

const answerWithinMs = 3_000

/** Everything about one topic's partitions, as of now. */
export async function topicDetail(
  client: KafkaClient,
  name: string,
  about: { nowMs: () => number; signal: AbortSignal },
): Promise<TopicDetail> {
  const { signal } = about
  await client.refresh([name], { signal })
  const topic = await client.topic(name, { signal })
  const missing: string[] = []
  const ask = async (at: 'earliest' | 'latest', isolation: 'read_committed' | 'read_uncommitted') => {
    const questions = topic.partitions.map(({ partition }) => ({ topic: name, partition, at }))
    const answers = await listOffsets(client, questions, { signal, isolation, timeoutMs: answerWithinMs }).catch(
      (error: unknown) => {
        missing.push(`offsets (${reasonOf(error)})`)
        return []
      },
    )
    return new Map(answers.map(answer => [answer.partition, answer]))
  }
  const [starts, ends, stable, moves, directories] = await Promise.all([
    ask('earliest', 'read_uncommitted'),
    ask('latest', 'read_uncommitted'),
    ask('latest', 'read_committed'),
    movesOf(client, topic, signal),
    describeLogDirectories(client, { topics: [name], signal, timeoutMs: answerWithinMs }).catch((error: unknown) => {
      missing.push(`sizes (${reasonOf(error)})`)
      return []
    }),
  ])
  const replicas = replicasOnDisk(directories, name)
  const partitions = topic.partitions.map(it =>
    partitionView(
      it,
      { start: starts.get(it.partition), end: ends.get(it.partition), stable: stable.get(it.partition) },
      { replicas, adding: moves.get(it.partition) ?? [] },
    ),
  )
  return {
    name,
    topicId: topic.topicId,
    internal: topic.isInternal,
    asOfMs: about.nowMs(),
    partitionCount: partitions.length,
    replicationFactor: topic.partitions[0]?.replicas.length ?? 0,
    records: total(
      partitions.map(it => (it.endOffset === null || it.startOffset === null ? null : it.endOffset - it.startOffset)),
    ),
    sizeBytes: total(partitions.map(it => it.sizeBytes)),
    partitions,
    missing: [...new Set(missing)],
  }
}

interface Offsets {
  readonly start: OffsetAnswer | undefined
  readonly end: OffsetAnswer | undefined
  readonly stable: OffsetAnswer | undefined
}

type Replicas = ReadonlyMap<string, { readonly sizeBytes: number; readonly offsetLag: number }>

/** By partition, the replicas that are being added. None where the cluster does not tell: it is too old, or this user may not ask. */
async function movesOf(client: KafkaClient, topic: TopicMetadata, signal: AbortSignal): Promise<Map<number, readonly number[]>> {
  const partitions = topic.partitions.map(({ partition }) => ({ topic: topic.name, partition }))
  const moves = await listReassignments(client, { partitions, signal, timeoutMs: answerWithinMs }).catch(() => {
    signal.throwIfAborted()
    return []
  })
  return new Map(moves.map(({ partition, addingReplicas }) => [partition, addingReplicas]))
}

interface OnDisk {
  readonly replicas: Replicas
  readonly adding: readonly number[]
}

function partitionView(it: PartitionMetadata, offsets: Offsets, { replicas, adding }: OnDisk): PartitionView {
  const failed = [offsets.start, offsets.end].find(answer => answer !== undefined && answer.error !== 'NONE')
  const on = (brokerId: number) => replicas.get(`${brokerId} ${it.partition}`)
  return {
    partition: it.partition,
    leader: it.leaderId,
    leaderEpoch: it.leaderEpoch,
    replicas: it.replicas,
    inSync: it.isr,
    offline: it.offlineReplicas,
    adding,
    leaderIsPreferred: it.leaderId === it.replicas[0],
    startOffset: offsetIn(offsets.start),
    endOffset: offsetIn(offsets.end),
    lastStableOffset: offsetIn(offsets.stable),
    sizeBytes: on(it.leaderId)?.sizeBytes ?? null,
    followers: it.replicas
      .filter(brokerId => brokerId !== it.leaderId)
      .map(brokerId => ({ brokerId, lagRecords: on(brokerId)?.offsetLag ?? null, sizeBytes: on(brokerId)?.sizeBytes ?? null })),
    error: it.error === 'NONE' ? (failed?.error ?? null) : it.error,
  }
}

const offsetIn = (answer: OffsetAnswer | undefined): number | null =>
  answer === undefined || answer.error !== 'NONE' || answer.offset < 0 ? null : answer.offset

function replicasOnDisk(directories: readonly LogDirectory[], topic: string): Replicas {
  const all = directories.flatMap(({ brokerId, replicas }) => replicas.map(replica => ({ brokerId, ...replica })))
  return new Map(all.filter(it => it.topic === topic && !it.isFuture).map(it => [`${it.brokerId} ${it.partition}`, it]))
}

const total = (numbers: readonly (number | null)[]): number | null =>
  numbers.reduce<number | null>((sum, number) => (sum === null || number === null ? null : sum + number), 0)
