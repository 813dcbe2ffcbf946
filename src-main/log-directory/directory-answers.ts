import type { Compression, Crc32c } from '../../broker-core/env/codec.ts'
import { errorCode } from '../../broker-core/model/kafka-errors.ts'
import type { Api, RequestOf, ResponseOf } from '../../broker-core/protocol/api.ts'
import { fetch } from '../../broker-core/protocol/messages/01-fetch.ts'
import { listOffsets } from '../../broker-core/protocol/messages/02-list-offsets.ts'
import { metadata } from '../../broker-core/protocol/messages/03-metadata.ts'
import { apiVersions } from '../../broker-core/protocol/messages/18-api-versions.ts'
import { describeLogDirs } from '../../broker-core/protocol/messages/35-describe-log-dirs.ts'
import { batchBaseOffset, batchCrcIsValid, batchMaxTimestamp } from '../../broker-core/records/batch-header.ts'
import { recordsOf } from '../../broker-core/records/record-reader.ts'
import type { LogDirectory } from './log-directory.ts'
import type { PartitionFiles } from './partition-files.ts'

/** The broker that a log directory stands for; its address leads nowhere but into this process. */
export const directoryEndpoint = { host: 'log-directory', port: 9092 } as const

interface RecordCodecs {
  readonly compression: Compression
  readonly crc32c: Crc32c
}

const earliest = -2
const latest = -1
const newest = -3

/** What a broker would say that has nothing but these files: five APIs, none of which changes anything. */
export function directoryAnswers(directory: LogDirectory, codecs: RecordCodecs) {
  const answers = new Map<number, { readonly api: Api; readonly answer: (body: unknown) => unknown }>()
  function on<Req, Res>(api: Api<Req, Res>, answer: (body: Req) => Res): void {
    answers.set(api.key, { api: api as unknown as Api, answer: answer as (body: unknown) => unknown })
  }
  on(apiVersions, () => ({
    ...apiVersions.response.zero,
    apiKeys: [...answers.values()].map(({ api }) => ({
      apiKey: api.key,
      minVersion: api.versions[0],
      maxVersion: api.versions[1],
    })),
  }))
  on(metadata, body => metadataAnswer(directory, body))
  on(listOffsets, body => listOffsetsAnswer(directory, body, codecs))
  on(fetch, body => fetchAnswer(directory, body))
  on(describeLogDirs, body => logDirsAnswer(directory, body))
  return answers
}

type MetadataTopic = ResponseOf<typeof metadata>['topics'][number]

function metadataAnswer(directory: LogDirectory, body: RequestOf<typeof metadata>): ResponseOf<typeof metadata> {
  const all = directory.topics()
  const wanted = body.topics === null ? all : body.topics.map(({ name }) => all.find(topic => topic.name === name) ?? name ?? '')
  const { nodeId } = directory
  const topics = wanted.map((topic): MetadataTopic => {
    if (typeof topic === 'string') return { ...noTopic, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'), name: topic }
    const count = Math.max(-1, ...topic.partitions.map(it => it.partition)) + 1
    const held = new Set(topic.partitions.map(it => it.partition))
    return {
      ...noTopic,
      name: topic.name,
      topicId: topic.topicId,
      isInternal: topic.name.startsWith('__'),
      // What lies with other brokers has no leader here.
      partitions: Array.from({ length: count }, (_, partitionIndex) => ({
        errorCode: held.has(partitionIndex) ? 0 : errorCode('LEADER_NOT_AVAILABLE'),
        partitionIndex,
        leaderId: held.has(partitionIndex) ? nodeId : -1,
        leaderEpoch: -1,
        replicaNodes: [nodeId],
        isrNodes: held.has(partitionIndex) ? [nodeId] : [],
        offlineReplicas: held.has(partitionIndex) ? [] : [nodeId],
      })),
    }
  })
  const brokers = [{ nodeId, ...directoryEndpoint, rack: null }]
  return { ...metadata.response.zero, brokers, clusterId: directory.clusterId, controllerId: nodeId, topics }
}

const noTopic: MetadataTopic = {
  errorCode: 0,
  name: '',
  topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
  isInternal: false,
  partitions: [],
  topicAuthorizedOperations: -2147483648,
}

function listOffsetsAnswer(
  directory: LogDirectory,
  body: RequestOf<typeof listOffsets>,
  codecs: RecordCodecs,
): ResponseOf<typeof listOffsets> {
  const topics = body.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, timestamp }) => {
      const files = directory.partition(name, partitionIndex)
      const none = { partitionIndex, errorCode: 0, timestamp: -1, offset: -1, leaderEpoch: -1 }
      if (files === undefined) return { ...none, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION') }
      return { ...none, ...offsetAt(files, timestamp, codecs) }
    }),
  }))
  return { ...listOffsets.response.zero, topics }
}

function offsetAt(
  files: PartitionFiles,
  timestamp: number,
  { compression, crc32c }: RecordCodecs,
): { timestamp?: number; offset: number } {
  if (timestamp === earliest) return { offset: files.startOffset() }
  if (timestamp === latest) return { offset: files.endOffset() }
  if (timestamp !== newest && timestamp < 0) return { offset: -1 }
  const found = timestamp === newest ? files.newest() : undefined
  const batch = timestamp === newest ? found?.batch : files.batchAt(timestamp)
  if (batch === undefined) return { offset: -1 }
  // Nobody recovered this directory. A damaged batch is not opened: who reads where it begins is told of the damage.
  if (!batchCrcIsValid(batch, 0, crc32c)) return { timestamp: batchMaxTimestamp(batch, 0), offset: batchBaseOffset(batch, 0) }
  const wanted = found?.timestampMs ?? timestamp
  for (const record of recordsOf(batch, compression))
    if (record.timestampMs >= wanted && record.offset >= files.startOffset())
      return { timestamp: record.timestampMs, offset: record.offset }
  return { offset: -1 }
}

type FetchedPartition = ResponseOf<typeof fetch>['responses'][number]['partitions'][number]

function fetchAnswer(directory: LogDirectory, body: RequestOf<typeof fetch>): ResponseOf<typeof fetch> {
  const all = directory.topics()
  let bytesLeft = body.maxBytes
  const responses = body.topics.map(({ topic, topicId, partitions }) => {
    const found = all.find(it => (topic === '' ? it.topicId === topicId : it.name === topic))
    return {
      topic,
      topicId,
      partitions: partitions.map(asked => {
        const files = found?.partitions.find(it => it.partition === asked.partition)?.files
        const answer = fetchedPartition(files, asked, {
          isolation: body.isolationLevel,
          bytesMax: Math.min(asked.partitionMaxBytes, bytesLeft),
        })
        bytesLeft -= answer.records?.sizeBytes ?? 0
        return answer
      }),
    }
  })
  return { ...fetch.response.zero, responses }
}

function fetchedPartition(
  files: PartitionFiles | undefined,
  asked: { readonly partition: number; readonly fetchOffset: number },
  limits: { readonly isolation: number; readonly bytesMax: number },
): FetchedPartition {
  const base: FetchedPartition = {
    ...noPartition,
    partitionIndex: asked.partition,
    errorCode: files === undefined ? errorCode('UNKNOWN_TOPIC_OR_PARTITION') : 0,
  }
  if (files === undefined) return base
  const endOffset = files.endOffset()
  const startOffset = files.startOffset()
  const bounds = { highWatermark: endOffset, lastStableOffset: endOffset, logStartOffset: startOffset }
  if (asked.fetchOffset < startOffset || asked.fetchOffset > endOffset)
    return { ...base, ...bounds, errorCode: errorCode('OFFSET_OUT_OF_RANGE') }
  const bytes = limits.bytesMax <= 0 ? new Uint8Array(0) : files.read(asked.fetchOffset, limits.bytesMax)
  return {
    ...base,
    ...bounds,
    abortedTransactions: limits.isolation === 1 ? [...files.aborted(asked.fetchOffset, endOffset)] : null,
    records: { chunks: [bytes], sizeBytes: bytes.length },
  }
}

const noPartition: FetchedPartition = {
  partitionIndex: 0,
  errorCode: 0,
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  divergingEpoch: { epoch: -1, endOffset: -1 },
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
  snapshotId: { endOffset: -1, epoch: -1 },
  abortedTransactions: null,
  preferredReadReplica: -1,
  records: null,
}

function logDirsAnswer(directory: LogDirectory, body: RequestOf<typeof describeLogDirs>): ResponseOf<typeof describeLogDirs> {
  const names = body.topics === null ? undefined : new Set(body.topics.map(it => it.topic))
  const topics = directory
    .topics()
    .filter(topic => names === undefined || names.has(topic.name))
    .map(topic => ({
      name: topic.name,
      partitions: topic.partitions.map(({ partition, files }) => ({
        partitionIndex: partition,
        partitionSize: files.sizeBytes(),
        offsetLag: 0,
        isFutureKey: false,
      })),
    }))
  const result = { errorCode: 0, logDir: directory.path, topics, totalBytes: -1, usableBytes: -1, isCordoned: false }
  return { ...describeLogDirs.response.zero, results: [result] }
}
