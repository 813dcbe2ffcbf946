import { KafkaClientError } from '../../broker-core/client/client-error.ts'
import { createTransactionalProducer } from '../../broker-core/client/producing/transactional-producer.ts'
import { noDisk } from '../compliance/no-disk.ts'
import { type LedgerContext, startPositions, transactOnce } from './ledger-clients.ts'
import { pause, simClient, until } from './sim-clients.ts'
import type { SimProcess } from './sim-clock.ts'
import type { RunningProcess } from './sim-env.ts'
import type { Run } from './workload.ts'

const transactionalId = 'rivals'
/** Longer than any wait of a client: who has not ended by then has been paused or cut off, and is of no more interest. */
const lastWordsMs = 25_000

/** One process of a transactional id, from its start until it may do nothing more. */
interface Rival {
  readonly process: SimProcess
  /** The cluster has told it its producer id: whoever was known before it is fenced from then on (TXN-05). */
  isKnown(): boolean
  hasEnded(): boolean
  /** Whoever comes after it. Set before that one asks for its producer id. */
  successor: Rival | undefined
}

/**
 * One transactional id, in one process after the other; the one before is most often stopped for a while (SIGSTOP, a long collection of garbage)
 * in the middle of whatever it does, is taken for dead, and comes back as a zombie that goes on writing. From the moment that its successor is
 * known, nothing that it begins may succeed.
 */
export async function rivalsLoop(run: Run, context: LedgerContext): Promise<void> {
  const { env, isOver, random } = context
  let present = startRival(run, context, 0)
  for (let number = 1; !isOver(); number++) {
    await until(env, () => present.isKnown() || present.hasEnded() || isOver())
    await pause(env, random.between(200, 2_500))
    if (random.chance(0.8)) present.process.pause()
    const before = present
    present = startRival(run, context, number)
    before.successor = present
    await until(env, () => present.isKnown() || present.hasEnded() || isOver())
    await pause(env, random.pick([0, random.between(1, 100), random.between(100, 2_000)]))
    await endOf(run, env, before)
  }
  await endOf(run, env, present)
}

async function endOf({ world }: Run, env: RunningProcess['env'], rival: Rival): Promise<void> {
  rival.process.resume()
  const endMs = world.time.nowMs() + lastWordsMs
  await until(env, () => rival.hasEnded() || world.time.nowMs() > endMs)
  rival.process.die()
}

function startRival(run: Run, context: LedgerContext, number: number): Rival {
  const name = `rival${number}`
  const { env, process } = run.world.start({ name, disk: noDisk })
  let hasEnded = false
  let isKnown = () => false
  const rival: Rival = { process, isKnown: () => isKnown(), hasEnded: () => hasEnded, successor: undefined }
  const isFenced = () => rival.successor?.isKnown() === true
  const live = async (): Promise<void> => {
    const own = { ...context, env }
    const client = await simClient(run.cluster.bootstrap, name, own)
    const times = { deliveryTimeoutMs: 8_000, transactionTimeoutMs: 10_000 }
    const producer = createTransactionalProducer(client, { transactionalId, lingerMs: 1, ...times })
    const reader = { client, positions: startPositions(own) }
    isKnown = () => producer.status().producerEpoch >= 0
    try {
      for (let count = 0; !context.isOver(); count++) await transactOnce(producer, own, { name, number: count, isFenced, reader })
    } finally {
      await producer.close()
    }
  }
  live()
    .catch((error: unknown) => {
      if (!(error instanceof KafkaClientError)) context.history.violated(`${name} failed: ${String(error)}`)
    })
    .finally(() => (hasEnded = true))
  return rival
}
