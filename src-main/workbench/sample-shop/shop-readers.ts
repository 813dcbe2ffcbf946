import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { joinShopGroup, unlimited } from './shop-member.ts'
import type { Hurry, ShopMember } from './shop-member.ts'
import type { shopGroups } from './shop-topics.ts'

/** How `fulfilment` spends its time: alone it reads a third of what comes; then a second member helps until both have caught up. */
const aloneForMs = 60_000
const aloneShare = 0.35
const togetherShare = 3
const lookEveryMs = 2_000

export type FulfilmentPhase = 'alone' | 'together'

export interface ReaderSources {
  /** A client of its own for a member, who is known by this name. */
  readonly memberClient: (clientId: string) => KafkaClient
  readonly ordersPerSecond: () => number
  readonly failed: (error: unknown) => void
}

/** The shop's consumers, as members of their groups. */
export interface ShopReaders {
  /** All leave. */
  stop(hurry: Hurry): Promise<void>
}

export function shopReaders(sources: ReaderSources): ShopReaders {
  const { failed } = sources
  const member = (clientId: string, groupId: (typeof shopGroups)[number], perSecond: () => number) =>
    joinShopGroup({
      ...{ groupId, perSecond, failed },
      client: sources.memberClient(clientId),
      topics: groupId === 'billing' ? ['orders', 'payments'] : ['orders'],
      assignor: groupId === 'billing' ? 'range' : 'cooperative-sticky',
    })
  const billing = [member('billing-1', 'billing', unlimited), member('billing-2', 'billing', unlimited)]
  let phase: FulfilmentPhase = 'alone'
  const perSecond = () => sources.ordersPerSecond() * (phase === 'alone' ? aloneShare : togetherShare / 2)
  const first = member('fulfilment-1', 'fulfilment', perSecond)
  const watching = sources.memberClient('fulfilment')
  let helper: ShopMember | undefined
  let sinceMs = performance.now()

  async function look(): Promise<void> {
    const lag = phase === 'together' ? await ordersLeft(watching, [first, helper]) : undefined
    const next = nextPhase(phase, { elapsedMs: performance.now() - sinceMs, lag, ordersPerSecond: sources.ordersPerSecond() })
    if (next === phase) return
    phase = next
    sinceMs = performance.now()
    const leaving = helper
    helper = next === 'together' ? member('fulfilment-2', 'fulfilment', perSecond) : undefined
    await leaving?.leave('at once')
  }
  const watch = repeat(look, lookEveryMs, failed)

  return {
    async stop(hurry) {
      await watch.stop()
      await Promise.all([...billing, first, helper].map(it => it?.leave(hurry)))
      await watching.close().catch(() => undefined)
    },
  }
}

/** Help comes after a minute, and goes when no more than a second's orders wait. `lag` undefined: not known now. */
export function nextPhase(
  phase: FulfilmentPhase,
  about: { readonly elapsedMs: number; readonly lag: number | undefined; readonly ordersPerSecond: number },
): FulfilmentPhase {
  if (phase === 'alone') return about.elapsedMs > aloneForMs ? 'together' : 'alone'
  return about.lag !== undefined && about.lag <= Math.max(10, about.ordersPerSecond) ? 'alone' : 'together'
}

/** Orders that no member has read; undefined while partitions move between them. */
async function ordersLeft(client: KafkaClient, members: readonly (ShopMember | undefined)[]): Promise<number | undefined> {
  const positions = new Map(
    members.flatMap(it => it?.status().positions ?? []).map(({ partition, offset }) => [partition, offset] as const),
  )
  const { name, partitions } = await client.topic('orders', { timeoutMs: 5_000 })
  const questions = partitions.map(({ partition }) => ({ topic: name, partition, at: 'latest' as const }))
  const ends = await listOffsets(client, questions, { timeoutMs: 3_000 })
  if (ends.some(it => it.error !== 'NONE' || !positions.has(it.partition))) return undefined
  return ends.reduce((sum, it) => sum + Math.max(0, it.offset - (positions.get(it.partition) ?? 0)), 0)
}

/** Again and again, each time after the last one ended. */
function repeat(act: () => Promise<void>, everyMs: number, failed: (error: unknown) => void): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let wake = () => {}
  const loop = async () => {
    while (!stopping.signal.aborted) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, everyMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      if (!stopping.signal.aborted) await act().catch(failed)
    }
  }
  const running = loop()
  return {
    async stop() {
      stopping.abort()
      wake()
      await running
    },
  }
}
