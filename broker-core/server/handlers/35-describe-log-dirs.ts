import { errorCode } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { describeLogDirs } from '../../protocol/messages/35-describe-log-dirs.ts'
import { handler, type Handler } from '../handler.ts'

export interface DescribeLogDirsDeps {
  /** A port because handlers do not know storage: a fresh look at each directory. */
  directories(): readonly LogDirectoryView[]
}

export interface LogDirectoryView {
  readonly path: string
  readonly isOffline: boolean
  /** KIP-1066. */
  readonly isCordoned: boolean
  /** Of the volume; undefined when it cannot be asked. */
  readonly space: { readonly totalBytes: number; readonly freeBytes: number } | undefined
  readonly replicas: readonly ReplicaSize[]
}

export interface ReplicaSize {
  readonly topic: string
  readonly partition: number
  readonly sizeBytes: number
  /** Offsets by which its log end is behind the high watermark, or behind that of the log of which it is a copy. */
  readonly offsetLag: number
  /** REPL-18: on its way to this directory. */
  readonly isFuture: boolean
}

type Request = RequestOf<typeof describeLogDirs>
type Result = ResponseOf<typeof describeLogDirs>['results'][number]

/** DescribeLogDirs v1-5: META-10. */
export function describeLogDirsHandler(deps: DescribeLogDirsDeps): Handler<typeof describeLogDirs> {
  return handler(describeLogDirs, request => {
    const isWanted = wantedBy(request)
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      results: deps.directories().map(directory => resultOf(directory, isWanted)),
    }
  })
}

/** Null: everything. */
function wantedBy(request: Request): (replica: ReplicaSize) => boolean {
  if (request.topics === null) return () => true
  const wanted = new Map(request.topics.map(({ topic, partitions }) => [topic, new Set(partitions)]))
  return replica => wanted.get(replica.topic)?.has(replica.partition) === true
}

function resultOf(directory: LogDirectoryView, isWanted: (replica: ReplicaSize) => boolean): Result {
  const byTopic = new Map<string, Result['topics'][number]['partitions'][number][]>()
  for (const replica of directory.isOffline ? [] : directory.replicas) {
    if (!isWanted(replica)) continue
    const partitions = byTopic.get(replica.topic) ?? []
    byTopic.set(replica.topic, partitions)
    const { partition, sizeBytes, offsetLag, isFuture } = replica
    partitions.push({ partitionIndex: partition, partitionSize: sizeBytes, offsetLag, isFutureKey: isFuture })
  }
  return {
    errorCode: errorCode(directory.isOffline ? 'KAFKA_STORAGE_ERROR' : 'NONE'),
    logDir: directory.path,
    topics: [...byTopic].map(([name, partitions]) => ({ name, partitions })),
    totalBytes: directory.space?.totalBytes ?? -1,
    usableBytes: directory.space?.freeBytes ?? -1,
    isCordoned: directory.isCordoned,
  }
}
