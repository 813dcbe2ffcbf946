import type { Clusters } from './clusters.ts'
import { toFailure } from './failures.ts'
import type { Handlers } from './handlers.ts'
import { sampleShop } from './sample-shop/sample-shop.ts'
import type { SampleShop, ShopMemory } from './sample-shop/sample-shop.ts'

export type ShopHandlers = Pick<Handlers, Extract<keyof Handlers, `sampleShop.${string}`>>

export interface ShopHandlerSources {
  readonly clusters: Clusters
  readonly nowMs: () => number
  readonly memoryOf: (connection: string) => ShopMemory
}

/** One sample shop per writable connection. */
export function shopHandlers(sources: ShopHandlerSources): { readonly handlers: ShopHandlers; close(): Promise<void> } {
  const { clusters, nowMs } = sources
  const shops = new Map<string, SampleShop>()
  const shopOf = (connection: string): SampleShop => {
    const known = shops.get(connection)
    if (known !== undefined) return known
    clusters.client(connection)
    const shop = sampleShop({
      client: () => clusters.writableClient(connection),
      memberClient: clientId => clusters.ownClient(connection, clientId),
      memory: sources.memoryOf(connection),
      nowMs,
    })
    shops.set(connection, shop)
    return shop
  }
  clusters.onClosed(connection => {
    void shops.get(connection)?.pause()
    shops.delete(connection)
  })
  return {
    handlers: {
      'sampleShop.watch': ({ connection }, { signal }) => shopOf(connection).view.read(signal),
      async 'sampleShop.start'({ connection, ordersPerSecond }) {
        const writable = clusters.whileWritable(connection)
        const shop = shopOf(connection)
        await shop.start(ordersPerSecond)
        // It leaves what is there: to remove it would be a change too.
        const pause = () => void shop.pause(toFailure(writable.reason))
        if (writable.aborted) pause()
        else writable.addEventListener('abort', pause, { once: true })
        return null
      },
      'sampleShop.rate'({ connection, ordersPerSecond }) {
        shopOf(connection).changeRate(ordersPerSecond)
        return Promise.resolve(null)
      },
      async 'sampleShop.read'({ connection, isReading }) {
        clusters.writableClient(connection)
        await shopOf(connection).read(isReading)
        return null
      },
      async 'sampleShop.stop'({ connection }) {
        clusters.writableClient(connection)
        await shopOf(connection).stop()
        return null
      },
    },
    async close() {
      await Promise.all([...shops.values()].map(shop => shop.pause()))
    },
  }
}
