import { basename, dirname, join } from 'node:path'
import { describeLogDirectories } from '../../../broker-core/client/admin/log-directories.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { PartitionMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import type { FilePosition, RecordCopy, RecordLocation } from '../../contract/views/records.ts'
import type { BatchPosition, PartitionFiles } from '../../log-directory/partition-files.ts'
import { notFound, reasonOf } from '../failures.ts'
import type { RecordPlace } from './one-record.ts'

const answerWithinMs = 3_000

/** The files of a replica, where they lie on this machine. */
export type ReplicaFiles = (brokerId: number, topic: string, partition: number) => PartitionFiles | undefined

export interface LocationSources {
  /** Undefined: no files of this cluster lie on this machine. */
  readonly files: ReplicaFiles | undefined
  readonly signal: AbortSignal
}

/** For each replica where the record lies; of a foreign cluster only what its brokers tell: their directories. */
export async function recordLocation(client: KafkaClient, place: RecordPlace, sources: LocationSources): Promise<RecordLocation> {
  const { files, signal } = sources
  const topic = await client.topic(place.topic, { signal })
  const found = topic.partitions.find(it => it.partition === place.partition)
  if (found === undefined) throw notFound(`there is no partition ${place.partition} in ${place.topic}`)
  const told = files === undefined ? await toldDirectories(client, place, signal) : noDirectories
  const copies = inOrder(found).map((brokerId): RecordCopy => {
    const isLeader = brokerId === found.leaderId
    const own = files?.(brokerId, place.topic, place.partition)
    if (files === undefined)
      return { brokerId, isLeader, directory: told.byBroker.get(brokerId) ?? null, file: null, missing: null }
    return { brokerId, isLeader, ...localCopy(own, place.offset) }
  })
  return { partition: place.partition, offset: place.offset, copies, reason: files === undefined ? told.reason : null }
}

const inOrder = ({ leaderId, replicas }: PartitionMetadata): number[] => [
  ...replicas.filter(id => id === leaderId),
  ...replicas.filter(id => id !== leaderId),
]

interface Directories {
  readonly byBroker: ReadonlyMap<number, string>
  readonly reason: string
}

const elsewhere = 'the files lie on the machines of the brokers: the protocol tells their directory, not what is in it'
const noDirectories: Directories = { byBroker: new Map(), reason: elsewhere }

async function toldDirectories(
  client: KafkaClient,
  { topic, partition }: RecordPlace,
  signal: AbortSignal,
): Promise<Directories> {
  try {
    const all = await describeLogDirectories(client, { topics: [topic], signal, timeoutMs: answerWithinMs })
    const holding = all.filter(({ replicas }) =>
      replicas.some(it => it.topic === topic && it.partition === partition && !it.isFuture),
    )
    return { byBroker: new Map(holding.map(({ brokerId, path }) => [brokerId, path])), reason: elsewhere }
  } catch (error) {
    return { byBroker: new Map(), reason: `${elsewhere}; the directories were not told: ${reasonOf(error)}` }
  }
}

function localCopy(files: PartitionFiles | undefined, offset: number): Pick<RecordCopy, 'directory' | 'file' | 'missing'> {
  if (files === undefined) return { directory: null, file: null, missing: 'no files of this replica are here' }
  const directory = dirname(files.directory)
  try {
    const found = files.locate(offset)
    const missing = found === undefined ? 'the record is not in its files: removed, or not copied yet' : null
    return { directory, file: found === undefined ? null : filePosition(found), missing }
  } catch (error) {
    return { directory, file: null, missing: (error as Error).message }
  }
}

function filePosition({ segmentPath, isLastSegment, ...rest }: BatchPosition): FilePosition {
  const segment = join(basename(dirname(segmentPath)), basename(segmentPath))
  return { ...rest, segment, isActive: isLastSegment }
}
