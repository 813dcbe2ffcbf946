import { errorName } from '../../model/kafka-errors.ts'
import { partitionName, type TopicPartition } from '../../model/ids.ts'
import { listOffsets as listOffsetsApi } from '../../protocol/messages/02-list-offsets.ts'
import { type ClientErrorCode, KafkaClientError } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'
import type { PartitionMetadata } from '../metadata/cluster-metadata.ts'
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
 * Positions in partitions, asked of their leaders, all brokers at once. What is wrong with a partition stands in its answer; answers
 * come in the order of the questions. Throws only what concerns all of them: CANCELLED, CLOSED, no broker, no access.
 */
export async function listOffsets(
  client: KafkaClient,
  questions: readonly OffsetQuestion[],
  options: ListOffsetsOptions = {},
): Promise<readonly OffsetAnswer[]> {
  const answers = new Map<OffsetQuestion, OffsetAnswer>()
  const failures = new Map<OffsetQuestion, KafkaClientError>()
  const round = async (): Promise<void> => {
    failures.clear()
    const open = questions.filter(it => !answers.has(it))
    await askLeaders(client, open, { answers, failures }, options)
    const [failure] = failures.values()
    if (failure !== undefined) throw failure
  }
  await client.retry(round, options).catch((error: unknown) => {
    if (!(error instanceof KafkaClientError) || failures.size === 0) throw error
  })
  return questions.map(it => answers.get(it) ?? unanswered(it, failures.get(it)?.code ?? 'UNKNOWN_SERVER_ERROR'))
}

export type ListOffsetsOptions = RetryOptions & { readonly isolation?: IsolationLevel }

const unanswered = (question: OffsetQuestion, error: ClientErrorCode): OffsetAnswer => ({
  ...question,
  offset: -1,
  timestampMs: -1,
  leaderEpoch: -1,
  error,
})

/** `failures`: what may be mended by asking again. */
interface Round {
  readonly answers: Map<OffsetQuestion, OffsetAnswer>
  readonly failures: Map<OffsetQuestion, KafkaClientError>
}

function note(client: KafkaClient, round: Round, question: OffsetQuestion, code: ClientErrorCode): void {
  const failure = new KafkaClientError(code, { topic: question.topic, partition: question.partition })
  if (failure.retriable) {
    round.failures.set(question, failure)
    client.noteFailure(failure)
  } else round.answers.set(question, unanswered(question, code))
}

/** With the epoch of the leader that is asked: one that was deposed meanwhile refuses, instead of telling its old ends. */
interface EpochQuestion extends TopicPartition {
  readonly question: OffsetQuestion
  readonly currentLeaderEpoch: number
}

async function askLeaders(
  client: KafkaClient,
  questions: readonly OffsetQuestion[],
  round: Round,
  options: ListOffsetsOptions,
): Promise<void> {
  const byLeader = new Map<number, EpochQuestion[]>()
  for (const [topic, some] of groupByTopic(questions)) {
    const leaders = await leadersOf(client, topic, options)
    for (const it of some) {
      if (typeof leaders === 'string') {
        round.answers.set(it, unanswered(it, leaders))
        continue
      }
      const leader = leaders[it.partition]
      if (leader === undefined) note(client, round, it, 'UNKNOWN_TOPIC_OR_PARTITION')
      else if (leader.leaderId < 0) note(client, round, it, 'LEADER_NOT_AVAILABLE')
      else {
        const some = byLeader.get(leader.leaderId) ?? []
        some.push({ topic, partition: it.partition, question: it, currentLeaderEpoch: leader.leaderEpoch })
        byLeader.set(leader.leaderId, some)
      }
    }
  }
  const requests = [...byLeader].flatMap(([nodeId, some]) => withoutRepeats(some).map(part => ({ nodeId, part })))
  await Promise.all(requests.map(({ nodeId, part }) => askOne(client, nodeId, part, round, options)))
}

/** A request may name a partition once; several questions about it (a histogram's) go in as many requests. */
function withoutRepeats(questions: readonly EpochQuestion[]): readonly (readonly EpochQuestion[])[] {
  const parts: EpochQuestion[][] = []
  const timesSeen = new Map<string, number>()
  for (const it of questions) {
    const name = partitionName(it.topic, it.partition)
    const index = timesSeen.get(name) ?? 0
    timesSeen.set(name, index + 1)
    const part = (parts[index] ??= [])
    part.push(it)
  }
  return parts
}

/** The partitions with their leaders, or what is wrong with the topic after `client.topic` tried for long enough. */
async function leadersOf(
  client: KafkaClient,
  topic: string,
  options: RetryOptions,
): Promise<readonly PartitionMetadata[] | ClientErrorCode> {
  try {
    const known = await client.topic(topic, options)
    return known.partitions
  } catch (error) {
    if (error instanceof KafkaClientError && error.place.topic === topic) return error.code
    throw error
  }
}

async function askOne(
  client: KafkaClient,
  nodeId: number,
  some: readonly EpochQuestion[],
  round: Round,
  options: ListOffsetsOptions,
): Promise<void> {
  const questions = some.map(it => it.question)
  const body = {
    ...listOffsetsApi.request.zero,
    replicaId: -1,
    isolationLevel: isolationCodes[options.isolation ?? 'read_uncommitted'],
    timeoutMs: client.settings.requestTimeoutMs,
    topics: groupByTopic(some).map(([name, ofTopic]) => ({
      name,
      partitions: ofTopic.map(({ partition, currentLeaderEpoch, question }) => ({
        partitionIndex: partition,
        currentLeaderEpoch,
        timestamp: timeOf(question.at),
      })),
    })),
  }
  try {
    const bounds = { versionMin: versionNeeded(questions), ...signalOf(options) }
    const reply = await client.send(listOffsetsApi, body, { to: 'broker', nodeId }, bounds)
    const found = new Map(reply.topics.flatMap(topic => topic.partitions.map(it => [`${it.partitionIndex} ${topic.name}`, it])))
    for (const it of questions) {
      const partition = found.get(`${it.partition} ${it.topic}`)
      if (partition === undefined || partition.errorCode !== 0) note(client, round, it, errorName(partition?.errorCode ?? -1))
      else {
        const { offset, timestamp, leaderEpoch } = partition
        round.answers.set(it, { ...it, offset, timestampMs: timestamp, leaderEpoch, error: 'NONE' })
      }
    }
  } catch (error) {
    if (!(error instanceof KafkaClientError) || ['CANCELLED', 'CLOSED'].includes(error.code)) throw error
    for (const it of questions) note(client, round, it, error.code)
  }
}

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
  options: ListOffsetsOptions = {},
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
