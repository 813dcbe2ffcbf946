import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import type { Clusters } from './clusters.ts'
import { startSampler } from './sampling/cluster-sampler.ts'
import type { ClusterSampler } from './sampling/cluster-sampler.ts'
import { kafkaProbe } from './sampling/kafka-probe.ts'
import type { LagStore } from './sampling/lag-store.ts'
import { topicFacts } from './topics/topic-facts.ts'
import type { TopicFacts } from './topics/topic-facts.ts'

/** What is kept of one connection while somebody looks at it. */
export interface ConnectionRoom {
  readonly client: KafkaClient
  readonly sampler: ClusterSampler
  readonly facts: TopicFacts
  readonly lagStore: LagStore
}

export interface ConnectionRooms {
  /** Starts sampling with the first question. Throws NOT_FOUND. */
  of(connection: string): ConnectionRoom
  close(): void
}

export function connectionRooms(
  clusters: Clusters,
  nowMs: () => number,
  lagStoreOf: (connection: string) => LagStore,
): ConnectionRooms {
  const rooms = new Map<string, ConnectionRoom>()
  const leave = (connection: string) => {
    rooms.get(connection)?.sampler.stop()
    rooms.delete(connection)
  }
  clusters.onClosed(leave)
  return {
    of(connection) {
      const known = rooms.get(connection)
      if (known !== undefined) return known
      const client = clusters.client(connection)
      const sampler = startSampler({ probe: kafkaProbe(() => client), nowMs })
      const lagStore = lagStoreOf(connection)
      sampler.onSample(lagStore.add)
      const room = { client, sampler, facts: topicFacts(() => client, nowMs), lagStore }
      rooms.set(connection, room)
      return room
    },
    close() {
      for (const connection of [...rooms.keys()]) leave(connection)
    },
  }
}
