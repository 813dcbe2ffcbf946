import { randomBytes, randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { ProduceProgress } from '../../contract/views/records.ts'
import { badInput, notFound, refused } from '../failures.ts'
import { seededRandom } from './random.ts'
import { runCounts } from './run-counts.ts'
import type { RunCounts } from './run-counts.ts'
import { producerFor, recordMaker, sendAll } from './run.ts'
import type { AnyProducer, ManyOrder } from './run.ts'
import { previewTemplate } from './template.ts'
import type { PartEncoders } from './part-encoders.ts'

const progressEveryMs = 250
const runsMax = 16

export interface ManyOptions {
  readonly nowMs: () => number
  readonly pathOf: (path: string) => string
}

export interface ProduceRuns {
  /** Ends with the last record, or with the signal; what a cancelled run had in a transaction is aborted. */
  start(
    client: KafkaClient,
    order: ManyOrder,
    signal: AbortSignal,
    encoders?: PartEncoders,
  ): AsyncGenerator<ProduceProgress, void>
  /** Throws NOT_FOUND for a run that does not wait. */
  end(order: ParsedOf<'records.endProduce'>): void
  preview(order: ParsedOf<'records.previewTemplate'>): string[]
}

type Outcome = 'commit' | 'abort'

/** Records sent in masses, at most `runsMax` runs at once. */
export function produceRuns({ nowMs, pathOf }: ManyOptions): ProduceRuns {
  const waiting = new Map<string, (outcome: Outcome) => void>()
  let running = 0
  const asked = (run: string, signal: AbortSignal): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const cancelled = () => {
        waiting.delete(run)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', cancelled, { once: true })
      waiting.set(run, outcome => {
        signal.removeEventListener('abort', cancelled)
        waiting.delete(run)
        resolve(outcome)
      })
    })
  return {
    async *start(client, order, signal, encoders) {
      if (running >= runsMax) throw refused(`${runsMax} runs are sending already`, 'Wait for one to end, or cancel it.')
      const run = randomBytes(9).toString('base64url')
      const stop = new AbortController()
      const both = AbortSignal.any([signal, stop.signal])
      const producing = await newProducing(client, order, { run, path: pathIn(order, pathOf), nowMs, signal: both, encoders })
      running += 1
      try {
        yield* progressOf(producing, outcome => (outcome === 'ask' ? asked(run, both) : Promise.resolve(outcome)))
      } finally {
        running -= 1
        stop.abort()
        // An open transaction is aborted with it.
        await producing.producing.producer.close().catch(() => undefined)
      }
    },
    end({ run, outcome }) {
      const decide = waiting.get(run)
      if (decide === undefined) throw notFound('this run does not wait for its transaction to be ended')
      decide(outcome)
    },
    preview: order => previewTemplate(order, { nowMs: nowMs(), random: seededRandom(order.seed ?? randomInt(2 ** 32)) }),
  }
}

function pathIn(order: ManyOrder, pathOf: (path: string) => string): string | null {
  if (order.file === null) return null
  const path = pathOf(order.file)
  if (!existsSync(path)) throw notFound(`${path} cannot be read`)
  return path
}

interface Producing {
  readonly run: string
  readonly order: ManyOrder
  readonly producing: AnyProducer
  readonly counts: RunCounts
  send(): Promise<void>
}

interface About {
  readonly run: string
  readonly path: string | null
  readonly nowMs: () => number
  readonly signal: AbortSignal
  readonly encoders: PartEncoders | undefined
}

/** Everything that can be refused is refused here, before the first record. */
async function newProducing(client: KafkaClient, order: ManyOrder, about: About): Promise<Producing> {
  const { run, path, nowMs, signal } = about
  const make = recordMaker(order, about.encoders)
  const random = seededRandom(order.seed ?? randomInt(2 ** 32))
  // What lines of a file become is known only with them.
  if (path === null) make({ index: 0, line: '', nowMs: nowMs(), random: seededRandom(0) })
  const { partitions } = await client.topic(order.topic, { signal })
  if (order.partition !== null && order.partition >= partitions.length)
    throw badInput(`partition: there is no partition ${order.partition}`, `The topic has ${partitions.length}.`)
  const producing = producerFor(client, order, run)
  const counts = runCounts(() => performance.now())
  const sending = { order, producer: producing.producer, make, random, nowMs, counts, signal, path }
  return { run, order, producing, counts, send: () => sendAll(sending) }
}

async function* progressOf(
  { run, order, producing, counts, send }: Producing,
  decide: (wish: Outcome | 'ask') => Promise<Outcome>,
): AsyncGenerator<ProduceProgress, void> {
  const total = order.count ?? (order.file === null ? 1 : null)
  const told = (state: ProduceProgress['state'], outcome: ProduceProgress['outcome'] = null) =>
    counts.progress({ run, state, total, outcome })
  if (producing.kind === 'transactional') producing.producer.begin()
  const sent = send()
  sent.catch(() => undefined)
  yield told('sending')
  while (await isPending(sent, progressEveryMs)) yield told('sending')
  await sent
  if (producing.kind === 'plain' || order.transaction === null) return yield told('done')
  const deciding = decide(order.transaction.outcome)
  // Whoever is asked decides only after having been told; until then a cancel must not count as unhandled.
  deciding.catch(() => undefined)
  if (order.transaction.outcome === 'ask') yield told('waiting')
  const outcome = await deciding
  await producing.producer[outcome]()
  yield told('done', outcome === 'commit' ? 'committed' : 'aborted')
}

/** True when it takes longer than `withinMs`; a rejection counts as settled. */
async function isPending(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(true), withinMs)
  })
  const settled = promise.then(
    () => false,
    () => false,
  )
  try {
    return await Promise.race([settled, late])
  } finally {
    clearTimeout(timer)
  }
}
