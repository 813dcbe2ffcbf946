import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ClusterHost } from '../../cluster-host/cluster-host.ts'
import { refused } from '../failures.ts'
import { allPartitions, namesOf, onlyInSyncAt, untilFenced } from './partitions-at.ts'

const stopWithinMs = 10_000

/**
 * Stops a broker, removes its replicas from its disk and starts it: it copies everything from the others. Refused where it has what
 * nobody else has; asked once more when it is stopped, since others may have fallen behind meanwhile.
 */
export async function emptyBroker(host: ClusterHost, client: KafkaClient, brokerId: number, signal: AbortSignal): Promise<null> {
  const broker = host.broker(brokerId)
  await refuseLoss(client, brokerId, signal)
  await broker.stop(stopWithinMs)
  // What has begun is brought to its end, whoever asked for it.
  const { signal: onwards } = new AbortController()
  try {
    await untilFenced(client, brokerId, onwards)
    await refuseLoss(client, brokerId, onwards)
    await host.members.empty(brokerId)
  } finally {
    await broker.start()
  }
  return null
}

async function refuseLoss(client: KafkaClient, brokerId: number, signal: AbortSignal): Promise<void> {
  const only = onlyInSyncAt(await allPartitions(client, signal), brokerId)
  if (only.length > 0)
    throw refused(
      `no other broker has ${namesOf(only)} in sync: the data would be lost`,
      'Give the topic more replicas, or wait until the others have caught up.',
    )
}
