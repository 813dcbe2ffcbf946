import { type KafkaErrorName, errorName, isRetriable } from '../../model/kafka-errors.ts'
import type { TopicPartition } from '../../model/ids.ts'
import { listOffsets as listOffsetsApi } from '../../protocol/messages/02-list-offsets.ts'
import { type ClientErrorCode, KafkaClientError } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'
import { groupByTopic } from './group-by-topic.ts'
import { signalOf } from './controller-call.ts'

export type IsolationLevel = 'read_uncommitted' | 'read_committed'
export const isolationCodes: Readonly<Record<IsolationLevel, number>> = { read_uncommitted: 0, read_committed: 1 }

/** `latest` is the high watermark, or the last stable offset with read_committed; a time gives the first record at or after it. */
export type OffsetSpec = 'earliest' | 'latest' | 'maxTimestamp' | 'earliestLocal' | { readonly timestampMs: number }

export interface OffsetQuestion extends TopicPartition {
  readonly at: OffsetSpec
}

export interface OffsetAnswer extends OffsetQuestion {
  /** -1: no such record (nothing at or after the time, an empty partition). */
  readonly offset: number
  /** -1 where the question was not about a time. */
  readonly timestampMs: number
  readonly leaderEpoch: number
  readonly error: ClientErrorCode
}

const specialTimes = { latest: -1, earliest: -2, maxTimestamp: -3, earliestLocal: -4 } as const

const timeOf = (at: OffsetSpec): number => (typeof at === 'string' ? specialTimes[at] : at.timestampMs)

/**
 * Positions in partitions, asked of their leaders, all brokers at once. Partitions with an error that time does not mend say so in
 * their answer; answers come in the order of the questions.
 */
export async function listOffsets(
  client: KafkaClient,
  questions: readonly OffsetQuestion[],
  options: RetryOptions & { readonly isolation?: IsolationLevel } = {},
): Promise<readonly OffsetAnswer[]> {
  const answers = new Map<OffsetQuestion, OffsetAnswer>()
  try {
    await client.retry(async () => {
      const open = questions.filter(it => !answers.has(it))
      const failure = await askLeaders(client, open, answers, options)
      if (failure !== undefined) throw failure
    }, options)
  } catch (error) {
    // One partition without a leader must not hide what is known of the others.
    if (!(error instanceof KafkaClientError) || answers.size === 0) throw error
    for (const it of questions) if (!answers.has(it)) answers.set(it, unanswered(it, error.code))
  }
  return questions.map(it => answers.get(it) ?? unanswered(it, 'UNKNOWN_SERVER_ERROR'))
}

const unanswered = (question: OffsetQuestion, error: ClientErrorCode): OffsetAnswer => ({
  ...question,
  offset: -1,
  timestampMs: -1,
  leaderEpoch: -1,
  error,
})

/** Fills `answers`; gives back a retriable failure when something is still open. */
async function askLeaders(
  client: KafkaClient,
  questions: readonly OffsetQuestion[],
  answers: Map<OffsetQuestion, OffsetAnswer>,
  options: RetryOptions & { readonly isolation?: IsolationLevel },
): Promise<KafkaClientError | undefined> {
  const byLeader = new Map<number, OffsetQuestion[]>()
  let failure: KafkaClientError | undefined
  for (const [topic, some] of groupByTopic(questions)) {
    const known = await client.topic(topic, options).catch((error: unknown) => error as KafkaClientError)
    for (const it of some) {
      if (known instanceof Error) {
        answers.set(it, unanswered(it, known.code))
        continue
      }
      const leaderId = known.partitions[it.partition]?.leaderId
      if (leaderId === undefined) answers.set(it, unanswered(it, 'UNKNOWN_TOPIC_OR_PARTITION'))
      else if (leaderId < 0) failure = new KafkaClientError('LEADER_NOT_AVAILABLE', it)
      else byLeader.set(leaderId, [...(byLeader.get(leaderId) ?? []), it])
    }
  }
  const asked = [...byLeader].map(([nodeId, some]) => askOne(client, nodeId, some, answers, options))
  const failures = (await Promise.all(asked)).filter(it => it !== undefined)
  return failures[0] ?? failure
}

async function askOne(
  client: KafkaClient,
  nodeId: number,
  questions: readonly OffsetQuestion[],
  answers: Map<OffsetQuestion, OffsetAnswer>,
  options: RetryOptions & { readonly isolation?: IsolationLevel },
): Promise<KafkaClientError | undefined> {
  const body = {
    ...listOffsetsApi.request.zero,
    replicaId: -1,
    isolationLevel: isolationCodes[options.isolation ?? 'read_uncommitted'],
    timeoutMs: client.settings.requestTimeoutMs,
    topics: groupByTopic(questions).map(([name, some]) => ({
      name,
      partitions: some.map(it => ({ partitionIndex: it.partition, currentLeaderEpoch: -1, timestamp: timeOf(it.at) })),
    })),
  }
  const [first] = questions
  try {
    const bounds = { versionMin: versionNeeded(questions), ...signalOf(options) }
    const reply = await client.send(listOffsetsApi, body, { to: 'broker', nodeId }, bounds)
    const found = new Map(reply.topics.flatMap(topic => topic.partitions.map(it => [`${it.partitionIndex} ${topic.name}`, it])))
    let failure: KafkaClientError | undefined
    for (const it of questions) {
      const partition = found.get(`${it.partition} ${it.topic}`)
      const error: KafkaErrorName = partition === undefined ? 'UNKNOWN_SERVER_ERROR' : errorName(partition.errorCode)
      if (isRetriable(error)) failure = new KafkaClientError(error, it)
      else if (partition === undefined || error !== 'NONE') answers.set(it, unanswered(it, error))
      else
        answers.set(it, {
          ...it,
          offset: partition.offset,
          timestampMs: partition.timestamp,
          leaderEpoch: partition.leaderEpoch,
          error,
        })
    }
    return failure
  } catch (error) {
    // Said with a partition, so that its leader is looked up again.
    if (error instanceof KafkaClientError && error.retriable)
      return new KafkaClientError(error.code, { ...error.place, ...placeOf(first) }, error.message, error)
    throw error
  }
}

const placeOf = (it: TopicPartition | undefined) => (it === undefined ? {} : { topic: it.topic, partition: it.partition })

function versionNeeded(questions: readonly OffsetQuestion[]): number {
  const needs = questions.map(({ at }) => (at === 'maxTimestamp' ? 7 : at === 'earliestLocal' ? 8 : 1))
  return Math.max(1, ...needs)
}

export interface PartitionRange extends TopicPartition {
  readonly startOffset: number
  /** High watermark, or the last stable offset. */
  readonly endOffset: number
}

/** First and next offset of partitions. Throws what is wrong with the first partition that has no answer. */
export async function offsetRanges(
  client: KafkaClient,
  partitions: readonly TopicPartition[],
  options: RetryOptions & { readonly isolation?: IsolationLevel } = {},
): Promise<readonly PartitionRange[]> {
  const ask = (at: OffsetSpec) =>
    listOffsets(
      client,
      partitions.map(({ topic, partition }) => ({ topic, partition, at })),
      options,
    )
  const [starts, ends] = await Promise.all([ask('earliest'), ask('latest')])
  return starts.map((start, index) => {
    const end = ends[index] as OffsetAnswer
    for (const it of [start, end]) if (it.error !== 'NONE') throw new KafkaClientError(it.error, it)
    return { topic: start.topic, partition: start.partition, startOffset: start.offset, endOffset: end.offset }
  })
}
