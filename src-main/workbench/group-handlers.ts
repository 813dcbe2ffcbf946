import type { ClusterSources } from './cluster-handlers.ts'
import { groupDetail, groupSummary } from './groups/group-views.ts'
import { applyReset, deleteGroup, planReset } from './groups/resets.ts'
import type { Handlers } from './handlers.ts'
import { inOneThenSingly } from './watch.ts'

export type GroupHandlers = Pick<Handlers, Extract<keyof Handlers, `groups.${string}`>>

/** Groups, their lag, and moving them. Looking joins none and commits nothing. */
export function groupHandlers(sources: Pick<ClusterSources, 'clusters' | 'rooms' | 'nowMs'>): GroupHandlers {
  const { clusters, rooms, nowMs } = sources
  return {
    async 'groups.list'({ connection }) {
      const { sampler } = rooms.of(connection)
      if (sampler.now.value.asOfMs === 0) await sampler.soon(5_000)
      const { groups, groupsFailure, asOfMs, ...sample } = sampler.now.value
      const failure = sample.failure ?? groupsFailure
      const silent = groups.filter(group => group.error !== null).map(group => `${group.group} (${group.error})`)
      return {
        asOfMs,
        groups: groups.map(group => groupSummary(group, sampler.group(group.group), sampler.memberCount(group.group))),
        missing: [...(failure === null ? [] : [failure.message]), ...silent],
      }
    },
    'groups.detail': ({ connection, group }, { signal }) => {
      const { client, sampler } = rooms.of(connection)
      return groupDetail(group, { client, book: sampler.group(group), nowMs, signal })
    },
    async 'groups.lagHistory'({ connection, group, fromMs, toMs }) {
      const { sampler, lagStore } = rooms.of(connection)
      if (fromMs !== null || toMs !== null) return await lagStore.read(group, fromMs ?? 0, toMs ?? nowMs())
      return sampler.group(group)?.history ?? { group, partitions: [], samples: [], restartsAtMs: [] }
    },
    'groups.planReset': (order, { signal }) => planReset(clusters.client(order.connection), order, { nowMs, signal }),
    'groups.applyReset': (order, { signal }) => applyReset(clusters.writableClient(order.connection), order, signal),
    'groups.delete': ({ connection, group }, { signal }) => deleteGroup(clusters.writableClient(connection), group, signal),
    'groups.rebalances': ({ connection, group }, { signal }) => {
      const { sampler } = rooms.of(connection)
      const both = AbortSignal.any([signal, sampler.stopped])
      return inOneThenSingly(sampler.rebalances, both, event => event.group === group)
    },
    'groups.lag': ({ connection, group }, { signal }) => rooms.of(connection).sampler.lag(group, signal),
  }
}
