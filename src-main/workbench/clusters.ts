import { createClient } from '../../broker-core/client/connect-cluster.ts'
import type { ClientEnv } from '../../broker-core/client/client-options.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { closeQuietly } from './close-quietly.ts'
import type { Connections } from './connections.ts'

/** One Kafka client per connection, made with the first question and kept. */
export interface Clusters {
  /** For reading. Throws NOT_FOUND. */
  client(connection: string): KafkaClient
  /** For everything that changes the cluster. Throws READ_ONLY too. */
  writableClient(connection: string): KafkaClient
  /** For what goes on changing it: ends when the connection is switched to read-only, or removed. Throws READ_ONLY too. */
  whileWritable(connection: string): AbortSignal
  /** A further one under a name of its own, that reads and writes; whoever asks for it closes it. Throws READ_ONLY too. */
  ownClient(connection: string, clientId: string): KafkaClient
  /** Called before a client is closed, because its connection went or changed. */
  onClosed(listener: (connection: string) => void): void
  /** Ends the client of a connection; the next question makes a new one. */
  forget(connection: string): Promise<void>
  close(): Promise<void>
}

export type ClientSecurity = Pick<Parameters<typeof createClient>[0], 'tls' | 'sasl'>

export function openClusters(
  connections: Connections,
  envOf: (connection: string) => ClientEnv,
  securityOf: (connection: string) => ClientSecurity,
): Clusters {
  const clients = new Map<string, KafkaClient>()
  const listeners = new Set<(connection: string) => void>()
  const newClient = (id: string, clientId: string): KafkaClient =>
    createClient({ bootstrap: connections.get(id).bootstrap.join(','), clientId, ...securityOf(id) }, envOf(id))
  const clientOf = (id: string): KafkaClient => {
    const known = clients.get(id)
    if (known !== undefined) return known
    const client = newClient(id, 'brokerbench')
    clients.set(id, client)
    return client
  }
  return {
    client(id) {
      connections.get(id)
      return clientOf(id)
    },
    writableClient(id) {
      connections.writable(id)
      return clientOf(id)
    },
    whileWritable: connections.whileWritable,
    ownClient(id, clientId) {
      connections.writable(id)
      return newClient(id, clientId)
    },
    onClosed: listener => void listeners.add(listener),
    async forget(id) {
      const client = clients.get(id)
      clients.delete(id)
      for (const listener of listeners) listener(id)
      await closeQuietly(client)
    },
    async close() {
      const all = [...clients.values()]
      clients.clear()
      await Promise.all(all.map(closeQuietly))
    },
  }
}
