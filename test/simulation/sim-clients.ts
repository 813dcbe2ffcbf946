import { connectCluster } from '../../broker-core/client/connect-cluster.ts'
import { KafkaClientError } from '../../broker-core/client/client-error.ts'
import type { GroupConsumer } from '../../broker-core/client/consuming/consumer-options.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { fetchPartitions } from '../../broker-core/client/reading/fetch-partitions.ts'
import type { Env } from '../../broker-core/env/env.ts'
import { errorName } from '../../broker-core/model/kafka-errors.ts'
import { produce } from '../../broker-core/protocol/messages/00-produce.ts'
import { initProducerId } from '../../broker-core/protocol/messages/22-init-producer-id.ts'
import { batchesIn } from '../../broker-core/records/batch-iterator.ts'
import { batchIsControl } from '../../broker-core/records/batch-header.ts'
import { encodeBatch } from '../../broker-core/records/batch-writer.ts'
import { recordsOf } from '../../broker-core/records/record-reader.ts'
import type { History } from './history.ts'
import type { SeededRandom } from './sim-random.ts'

/** What the simulated clients share. */
export interface ClientContext {
  readonly env: Env
  readonly random: SeededRandom
  readonly history: History
  readonly topic: string
  /** Ask for no more; loops end after their present turn. */
  isOver(): boolean
}

const requestTimeoutMs = 3_000
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Tries until it is connected or the run is over. */
export async function simClient(bootstrap: string, clientId: string, context: ClientContext): Promise<KafkaClient> {
  const options = {
    bootstrap,
    clientId,
    requestTimeoutMs,
    connectTimeoutMs: 1_000,
    apiTimeoutMs: 10_000,
    metadataMaxAgeMs: 2_000,
  }
  for (;;) {
    try {
      return await connectCluster(options, context.env)
    } catch (error) {
      onlyKafkaErrors(error)
      await pause(context.env, 200)
    }
  }
}

export const pause = (env: Pick<Env, 'timers'>, delayMs: number): Promise<void> =>
  new Promise(resolve => env.timers.after(delayMs, resolve))

/** For `catch`: what a cluster in trouble says is heard and done with, anything else is a bug. */
export function onlyKafkaErrors(error: unknown): undefined {
  if (!(error instanceof KafkaClientError)) throw error
}

export async function until(env: Pick<Env, 'timers'>, isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(env, 20)
}

/** Between two batches, and before one is sent again; of a random length by default. */
export interface Pace {
  readonly pauseMs?: number
  readonly retryMs?: number
}

/** Errors after which the same batch may be sent again; anything else is news. */
const mayRepeat = (error: unknown): boolean =>
  error instanceof KafkaClientError && (error.retriable || error.code === 'TIMED_OUT')

/**
 * One idempotent producer with acks=all: a batch after the other, each sent until the cluster says what became of it. What is
 * acknowledged goes into the history.
 */
export async function produceLoop(
  client: KafkaClient,
  context: ClientContext,
  partition: number,
  name: string,
  pace: Pace = {},
): Promise<void> {
  const { env, random } = context
  const identity = await producerIdentity(client, context)
  if (identity === undefined) return
  let sequence = 0
  for (let number = 0; !context.isOver(); number++) {
    const values = Array.from({ length: 1 + random.integer(3) }, (_, index) => `${name}-${number}.${index}`)
    const bytes = batchOf(values, { ...identity, baseSequence: sequence }, env)
    const offset = await sendUntilKnown(client, context, partition, bytes, pace)
    if (offset === undefined) return
    for (const [index, value] of values.entries())
      context.history.acknowledged(partition, offset < 0 ? -1 : offset + index, value)
    sequence += values.length
    await pause(env, pace.pauseMs ?? random.between(1, 250))
  }
}

interface Identity {
  readonly producerId: number
  readonly producerEpoch: number
}

async function producerIdentity(client: KafkaClient, context: ClientContext): Promise<Identity | undefined> {
  while (!context.isOver()) {
    try {
      const body = { ...initProducerId.request.zero, transactionalId: null, transactionTimeoutMs: 60_000 }
      const answer = await client.send(initProducerId, body, { to: 'any' })
      if (answer.errorCode === 0) return { producerId: answer.producerId, producerEpoch: answer.producerEpoch }
    } catch (error) {
      if (!mayRepeat(error)) return { producerId: 1000 + context.random.integer(1e6), producerEpoch: 0 }
    }
    await pause(context.env, 100)
  }
  return undefined
}

function batchOf(values: readonly string[], identity: Identity & { readonly baseSequence: number }, env: Env): Uint8Array {
  const timestampMs = env.clock.nowMs()
  const records = values.map(value => ({ timestampMs, key: null, value: encoder.encode(value) }))
  return encodeBatch({ records, ...identity }, env)
}

/** The base offset that the cluster told, or undefined when the run was over before it told one. */
async function sendUntilKnown(
  client: KafkaClient,
  context: ClientContext,
  partition: number,
  bytes: Uint8Array,
  pace: Pace,
): Promise<number | undefined> {
  while (!context.isOver()) {
    const answer = await sendOnce(client, context.topic, partition, bytes)
    if (typeof answer === 'number') return answer
    if (answer instanceof KafkaClientError) {
      if (!mayRepeat(answer)) {
        context.history.violated(`a producer of partition ${partition} was refused: ${answer.code}`)
        return undefined
      }
    } else {
      throw answer
    }
    await pause(context.env, pace.retryMs ?? context.random.between(20, 200))
    await client.refresh([context.topic], { timeoutMs: 1_000 }).catch(() => {})
  }
  return undefined
}

async function sendOnce(
  client: KafkaClient,
  topic: string,
  partition: number,
  bytes: Uint8Array,
): Promise<number | KafkaClientError> {
  try {
    const { topicId } = await client.topic(topic, { timeoutMs: 1_000 })
    const body = {
      ...produce.request.zero,
      acks: -1,
      timeoutMs: 2_500,
      topicData: [
        { name: topic, topicId, partitionData: [{ index: partition, records: { chunks: [bytes], sizeBytes: bytes.length } }] },
      ],
    }
    const answer = await client.send(produce, body, { to: 'leader', topic, partition }, { timeoutMs: requestTimeoutMs })
    const result = answer.responses[0]?.partitionResponses[0]
    if (result === undefined) return new KafkaClientError('UNKNOWN_SERVER_ERROR')
    return result.errorCode === 0 ? result.baseOffset : new KafkaClientError(errorName(result.errorCode))
  } catch (error) {
    if (error instanceof KafkaClientError) return error
    throw error
  }
}

/** What the group or the cluster says against it does not matter to who goes. */
export async function leaveGroup(consumer: Pick<GroupConsumer, 'leave'> | undefined): Promise<void> {
  await consumer?.leave().catch(onlyKafkaErrors)
}

/** Reads a partition from its leader for ever, now and then again from the start; everything goes into the history. */
export async function consumeLoop(
  client: KafkaClient,
  context: ClientContext,
  partition: number,
  seerOf: (nodeId: number) => string,
): Promise<void> {
  const { env, random, topic } = context
  let offset = 0
  while (!context.isOver()) {
    if (random.chance(0.02)) offset = 0
    try {
      const next = await consumeOnce(client, context, partition, offset, seerOf)
      if (next === offset) await pause(env, 40)
      offset = next
    } catch (error) {
      onlyKafkaErrors(error)
      await pause(env, 50)
      await client.refresh([topic], { timeoutMs: 1_000 }).catch(() => {})
    }
  }
}

/** One fetch; returns the next offset. */
export async function consumeOnce(
  client: KafkaClient,
  context: ClientContext,
  partition: number,
  offset: number,
  seerOf: (nodeId: number) => string,
): Promise<number> {
  const { history, topic } = context
  const known = (await client.topic(topic, { timeoutMs: 1_000 })).partitions[partition]
  const leader = known?.leaderId ?? -1
  if (known === undefined || leader < 0) throw new KafkaClientError('LEADER_NOT_AVAILABLE')
  const seer = seerOf(leader)
  const options = { isolation: 'read_uncommitted', waitMs: 250, bytesMax: 100_000, lane: `fetch-${partition}` } as const
  const [answer] = await fetchPartitions(
    client,
    leader,
    [{ topic, partition, offset, bytesMax: 100_000, leaderEpoch: known.leaderEpoch }],
    options,
  )
  if (answer === undefined) throw new KafkaClientError('UNKNOWN_SERVER_ERROR')
  if (answer.error === 'OFFSET_OUT_OF_RANGE') {
    const there = `${answer.logStartOffset} to watermark ${answer.highWatermark}`
    history.violated(
      `partition ${partition}: offset ${offset}, once below the watermark, is out of range at ${seer}, which has ${there}`,
    )
  }
  if (answer.error !== 'NONE') throw new KafkaClientError(answer.error)
  // A broker that was restarted meanwhile is another seer.
  if (seer === seerOf(leader)) history.sawHighWatermark(partition, seer, answer.highWatermark)
  let next = offset
  for (const batch of batchesIn(answer.records)) {
    if (batchIsControl(batch, 0)) continue
    for (const record of recordsOf(batch, context.env.compression)) {
      const at = record.offset
      if (at < offset) continue
      if (at !== next) history.violated(`partition ${partition}: after offset ${next - 1} comes ${at}`)
      if (at >= answer.highWatermark)
        history.violated(`partition ${partition}: offset ${at} given out at watermark ${answer.highWatermark}`)
      history.saw(partition, at, record.value === null ? '' : decoder.decode(record.value))
      next = at + 1
    }
  }
  return next
}
