import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { errorName } from '../../broker-core/model/kafka-errors.ts'
import type { Api, RequestOf, ResponseOf } from '../../broker-core/protocol/api.ts'
import { produce } from '../../broker-core/protocol/messages/00-produce.ts'
import { fetch } from '../../broker-core/protocol/messages/01-fetch.ts'
import { metadata } from '../../broker-core/protocol/messages/03-metadata.ts'
import { createTopics } from '../../broker-core/protocol/messages/19-create-topics.ts'
import { batchesIn } from '../../broker-core/records/batch-iterator.ts'
import { encodeBatch } from '../../broker-core/records/batch-writer.ts'
import { recordsOf } from '../../broker-core/records/record-reader.ts'
import { openConnection, type OutboundConnection } from '../../broker-core/wire/outbound-connection.ts'

const env = nodeEnv({ log: { write: () => {} } })
const timeoutMs = 30_000

/** Requests to brokers by hand, without the cleverness of a client: what a test of the broker itself needs. */
export interface Conversation {
  call<A extends Api>(port: number, api: A, request: RequestOf<A>, version?: number): Promise<ResponseOf<A>>
  connection(port: number): Promise<OutboundConnection>
  close(): void
}

export function conversation(): Conversation {
  const connections = new Map<number, Promise<OutboundConnection>>()
  const connectionTo = (port: number) => {
    const present = connections.get(port)
    if (present !== undefined) return present
    const opened = openConnection({ host: '127.0.0.1', port }, { clientId: 'test', requestTimeoutMs: timeoutMs }, env)
    connections.set(port, opened)
    const forget = () => connections.get(port) === opened && connections.delete(port)
    void opened
      .then(
        connection => connection.closed,
        () => undefined,
      )
      .then(forget)
    return opened
  }
  return {
    async call(port, api, request, version) {
      const connection = await connectionTo(port)
      return await connection.call(api, version ?? connection.negotiatedVersion(api) ?? api.versions[1], request)
    },
    connection: connectionTo,
    close() {
      for (const opened of connections.values())
        void opened.then(
          connection => connection.close(),
          () => undefined,
        )
    },
  }
}

export interface TestTopic {
  readonly name: string
  readonly topicId: string
  readonly partitions: ResponseOf<typeof metadata>['topics'][number]['partitions']
  readonly brokers: ResponseOf<typeof metadata>['brokers']
}

export async function describeTopic(talk: Conversation, port: number, name: string): Promise<TestTopic | undefined> {
  const answer = await talk.call(port, metadata, {
    ...metadata.request.zero,
    topics: [{ topicId: zeroUuid, name }],
    allowAutoTopicCreation: false,
  })
  const [topic] = answer.topics
  if (topic === undefined || topic.errorCode !== 0) return undefined
  return { name, topicId: topic.topicId, partitions: topic.partitions, brokers: answer.brokers }
}

export async function createTopic(
  talk: Conversation,
  port: number,
  topic: { name: string; partitions?: number; replicationFactor?: number; configs?: Record<string, string> },
): Promise<TestTopic> {
  const answer = await talk.call(port, createTopics, {
    topics: [
      {
        name: topic.name,
        numPartitions: topic.partitions ?? 1,
        replicationFactor: topic.replicationFactor ?? 3,
        assignments: [],
        configs: Object.entries(topic.configs ?? {}).map(([name, value]) => ({ name, value })),
      },
    ],
    timeoutMs: 10_000,
    validateOnly: false,
  })
  const [result] = answer.topics
  if (result?.errorCode !== 0)
    throw new Error(`${topic.name}: ${errorName(result?.errorCode ?? -1)} ${result?.errorMessage ?? ''}`)
  return await eventually(async () => {
    const found = await describeTopic(talk, port, topic.name)
    return found?.partitions.every(partition => partition.leaderId >= 0) === true ? found : undefined
  }, `${topic.name} has leaders`)
}

export const portOf = (topic: TestTopic, nodeId: number): number =>
  topic.brokers.find(broker => broker.nodeId === nodeId)?.port ?? fail(`broker ${nodeId} is not alive`)
export const leaderPort = (topic: TestTopic, partition = 0): number => portOf(topic, topic.partitions[partition]?.leaderId ?? -1)

export const text = (value: string): Uint8Array => new TextEncoder().encode(value)
export const textOf = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array(0))

export function batchOf(values: readonly string[], more: Partial<Parameters<typeof encodeBatch>[0]> = {}): Uint8Array {
  const records = values.map((value, index) => ({ timestampMs: Date.now() + index, key: null, value: text(value) }))
  return encodeBatch({ records, ...more }, env)
}

export async function produceTo(
  talk: Conversation,
  port: number,
  topic: { name: string; topicId: string },
  batch: Uint8Array,
  options: { acks?: number; partition?: number; timeoutMs?: number; version?: number } = {},
) {
  const records = { chunks: [batch], sizeBytes: batch.length }
  const answer = await talk.call(
    port,
    produce,
    {
      transactionalId: null,
      acks: options.acks ?? -1,
      timeoutMs: options.timeoutMs ?? 10_000,
      topicData: [{ name: topic.name, topicId: topic.topicId, partitionData: [{ index: options.partition ?? 0, records }] }],
    },
    options.version,
  )
  const partition = answer.responses[0]?.partitionResponses[0]
  if (partition === undefined) throw new Error('an answer without partition')
  return { ...partition, error: errorName(partition.errorCode), nodeEndpoints: answer.nodeEndpoints }
}

export async function fetchFrom(
  talk: Conversation,
  port: number,
  topic: { name: string; topicId: string },
  offset: number,
  options: {
    partition?: number
    maxWaitMs?: number
    minBytes?: number
    maxBytes?: number
    partitionMaxBytes?: number
    isolationLevel?: number
    version?: number
    currentLeaderEpoch?: number
    rack?: string
  } = {},
) {
  const { zero } = fetch.request
  const answer = await talk.call(
    port,
    fetch,
    {
      ...zero,
      maxWaitMs: options.maxWaitMs ?? 0,
      minBytes: options.minBytes ?? 1,
      maxBytes: options.maxBytes ?? 50_000_000,
      isolationLevel: options.isolationLevel ?? 0,
      sessionEpoch: -1,
      rackId: options.rack ?? '',
      topics: [
        {
          topic: topic.name,
          topicId: topic.topicId,
          partitions: [
            {
              partition: options.partition ?? 0,
              currentLeaderEpoch: options.currentLeaderEpoch ?? -1,
              fetchOffset: offset,
              lastFetchedEpoch: -1,
              logStartOffset: -1,
              partitionMaxBytes: options.partitionMaxBytes ?? 10_000_000,
              replicaDirectoryId: zeroUuid,
              highWatermark: Number.POSITIVE_INFINITY,
            },
          ],
        },
      ],
    },
    options.version,
  )
  const partition = answer.responses[0]?.partitions[0]
  if (partition === undefined) throw new Error('an answer without partition')
  const bytes = Buffer.concat(partition.records?.chunks ?? [])
  const records = [...batchesIn(bytes)]
    .flatMap(batch => [...recordsOf(batch, env.compression)])
    .filter(one => one.offset >= offset)
  return { ...partition, error: errorName(partition.errorCode), bytes, values: records.map(record => textOf(record.value)) }
}

/** Asks until there is an answer; the condition is what is awaited, the pause only keeps the processor free. */
export async function eventually<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  what: string,
  withinMs = 15_000,
): Promise<T> {
  const deadlineMs = performance.now() + withinMs
  let last: unknown
  while (performance.now() < deadlineMs) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      last = error
    }
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  throw new Error(`not within ${withinMs} ms: ${what}`, { cause: last })
}

const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA'
function fail(message: string): never {
  throw new Error(message)
}
