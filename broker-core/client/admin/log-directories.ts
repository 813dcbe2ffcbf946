import type { TopicPartition } from '../../model/ids.ts'
import { describeLogDirs } from '../../protocol/messages/35-describe-log-dirs.ts'
import { type Outcome, outcomeOf, throwOnError } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'
import { signalOf } from './controller-call.ts'

export interface ReplicaOnDisk extends TopicPartition {
  readonly sizeBytes: number
  /** Offsets behind the high watermark, or behind the current replica for one that is moving here. */
  readonly offsetLag: number
  readonly isFuture: boolean
}

/** With an error: an offline directory, KAFKA_STORAGE_ERROR. */
export interface LogDirectory extends Outcome {
  readonly brokerId: number
  readonly path: string
  /** Of the volume; -1: not told. */
  readonly totalBytes: number
  readonly usableBytes: number
  readonly replicas: readonly ReplicaOnDisk[]
}

/** Log directories of brokers (default: all that are up) with what lies in them; a broker that cannot be reached is left out. */
export async function describeLogDirectories(
  client: KafkaClient,
  options: RetryOptions & { readonly brokerIds?: readonly number[]; readonly topics?: readonly string[] } = {},
): Promise<readonly LogDirectory[]> {
  const brokerIds = options.brokerIds ?? [...client.cluster().brokers.keys()]
  const asked = await Promise.allSettled(brokerIds.map(brokerId => directoriesOf(client, brokerId, options)))
  const [failed] = asked.filter(it => it.status === 'rejected')
  if (failed !== undefined && asked.every(it => it.status === 'rejected')) throw failed.reason
  return asked.flatMap(it => (it.status === 'fulfilled' ? it.value : []))
}

async function directoriesOf(
  client: KafkaClient,
  brokerId: number,
  options: RetryOptions & { readonly topics?: readonly string[] },
): Promise<readonly LogDirectory[]> {
  const topics = options.topics === undefined ? null : await withAllPartitions(client, options.topics)
  return client.retry(async () => {
    const reply = await client.send(describeLogDirs, { topics }, { to: 'broker', nodeId: brokerId }, signalOf(options))
    throwOnError(reply.errorCode, { api: describeLogDirs.name, broker: `broker ${brokerId}` })
    return reply.results.map(result => ({
      brokerId,
      path: result.logDir,
      totalBytes: result.totalBytes,
      usableBytes: result.usableBytes,
      ...outcomeOf(result.errorCode),
      replicas: result.topics.flatMap(({ name, partitions }) =>
        partitions.map(it => ({
          topic: name,
          partition: it.partitionIndex,
          sizeBytes: it.partitionSize,
          offsetLag: it.offsetLag,
          isFuture: it.isFutureKey,
        })),
      ),
    }))
  }, options)
}

async function withAllPartitions(client: KafkaClient, names: readonly string[]) {
  const cluster = await client.refresh(names)
  return names.map(topic => ({ topic, partitions: (cluster.topics.get(topic)?.partitions ?? []).map(it => it.partition) }))
}
