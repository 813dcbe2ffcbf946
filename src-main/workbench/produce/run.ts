import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { createProducer } from '../../../broker-core/client/producing/producer.ts'
import type { Producer, RecordToSend, TransactionalProducer } from '../../../broker-core/client/producing/producer-options.ts'
import { createTransactionalProducer } from '../../../broker-core/client/producing/transactional-producer.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import { badInput } from '../failures.ts'
import { typedBytes } from '../typed-bytes.ts'
import type { Typed } from '../typed-bytes.ts'
import { newFlow } from './flow.ts'
import type { RunCounts } from './run-counts.ts'
import { compileTemplate } from './template.ts'
import type { RecordContext, Template } from './template.ts'
import type { PartEncoders } from './part-encoders.ts'

export type ManyOrder = ParsedOf<'records.produceMany'>

const acksCodes = { all: -1, 1: 1, 0: 0 } as const
/** As long as brokers let a transaction stay open by default. */
const transactionTimeoutMs = 900_000
/** Windows and streams of the same process want their turn too. */
const sliceMs = 5

/** Makes the records of an order. Throws BAD_INPUT, for its templates at once, for what they become later. */
export function recordMaker(order: ManyOrder, encoders?: PartEncoders): (context: RecordContext) => RecordToSend {
  const key = typedTemplate(order.key, 'key', encoders)
  const value = typedTemplate(order.value, 'value', encoders)
  const headers = order.headers.map(({ name, value: typed }, index) => ({
    name,
    value: typedTemplate(typed, `headers.${index}.value`, encoders),
  }))
  const place = order.partition === null ? {} : { partition: order.partition }
  return context => ({
    topic: order.topic,
    key: key(context),
    value: value(context),
    headers: headers.map(header => ({ key: header.name, value: header.value(context) })),
    timestampMs: context.nowMs,
    ...place,
  })
}

function typedTemplate(
  typed: Typed | null,
  where: string,
  encoders: PartEncoders | undefined,
): (context: RecordContext) => Uint8Array | null {
  if (typed === null) return () => null
  const template: Template = compileTemplate(typed.text, where)
  return context => typedBytes({ ...typed, text: template(context) }, where, encoders)
}

export type AnyProducer =
  | { readonly kind: 'plain'; readonly producer: Producer }
  | { readonly kind: 'transactional'; readonly producer: TransactionalProducer }

export function producerFor(client: KafkaClient, order: ManyOrder, run: string): AnyProducer {
  const { compression, transaction } = order
  const acks = acksCodes[order.acks]
  if (transaction === null)
    return { kind: 'plain', producer: createProducer(client, { acks, compression, lingerMs: lingerMs(order) }) }
  if (acks !== -1) throw badInput('acks: a transaction needs acks=all')
  const options = { transactionalId: `brokerbench-${run}`, compression, lingerMs: lingerMs(order), transactionTimeoutMs }
  return { kind: 'transactional', producer: createTransactionalProducer(client, options) }
}

/** Who sends few a second looks at each; who sends many wants full batches. */
const lingerMs = ({ ratePerSecond }: ManyOrder): number => (ratePerSecond !== null && ratePerSecond < 100 ? 0 : 10)

export interface Sending {
  readonly order: ManyOrder
  readonly producer: Pick<Producer, 'send'>
  readonly make: (context: RecordContext) => RecordToSend
  readonly random: () => number
  readonly nowMs: () => number
  readonly counts: RunCounts
  readonly signal: AbortSignal
  /** Whole path. */
  readonly path: string | null
}

/** Sends all records of a run; resolves when the cluster has them. Rejects with the first failure, or when the signal ends. */
export async function sendAll(sending: Sending): Promise<void> {
  const { order, signal, counts, path } = sending
  const flow = newFlow()
  const stop = () => flow.fail(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    const lines = path === null ? undefined : fileLines(path)
    const count = order.count ?? (lines === undefined ? 1 : Number.POSITIVE_INFINITY)
    const startMs = performance.now()
    let sliceStartMs = startMs
    for (let index = 0; index < count; index += 1) {
      const line = lines === undefined ? '' : await lines.next()
      if (line === undefined) break
      await dueAt(order.ratePerSecond, index, startMs, signal)
      await flow.room()
      if (performance.now() - sliceStartMs > sliceMs) {
        await setImmediate()
        sliceStartMs = performance.now()
      }
      signal.throwIfAborted()
      const record = sending.make({ index, line, nowMs: sending.nowMs(), random: sending.random })
      const bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0)
      flow.add(counts.sent(sending.producer.send(record), bytes), bytes)
    }
    await flow.empty()
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function dueAt(ratePerSecond: number | null, index: number, startMs: number, signal: AbortSignal): Promise<void> {
  if (ratePerSecond === null) return
  const waitMs = startMs + (index / ratePerSecond) * 1_000 - performance.now()
  // Timers are no finer: several records that are due together go together.
  if (waitMs <= 2) return
  try {
    await setTimeout(waitMs, undefined, { signal })
  } catch (error) {
    // The reason of the signal says more than that it ended.
    signal.throwIfAborted()
    throw error
  }
}

/** Lines that are not empty, one by one. */
function fileLines(path: string): { next(): Promise<string | undefined> } {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()
  return {
    async next() {
      for (;;) {
        const { done, value } = await lines.next()
        if (done === true) return undefined
        if (value.trim() !== '') return value
      }
    },
  }
}
