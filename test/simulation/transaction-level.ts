import { describeFeatures } from '../../broker-core/client/admin/cluster.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { updateFeatures } from '../../broker-core/protocol/messages/57-update-features.ts'
import { type ClientContext, onlyKafkaErrors, pause } from './sim-clients.ts'

const feature = 'transaction.version'
const upgrade = 1
const safeDowngrade = 2

/** Raises or lowers the finalized `transaction.version` (TXN-26); resolves when a broker tells it, or when the run is over. */
export async function setTransactionLevel(client: KafkaClient, context: ClientContext, level: 1 | 2): Promise<void> {
  const featureUpdates = [
    { feature, maxVersionLevel: level, allowDowngrade: false, upgradeType: level === 2 ? upgrade : safeDowngrade },
  ]
  const body = { ...updateFeatures.request.zero, timeoutMs: 2_000, featureUpdates }
  while (!context.isOver()) {
    await client.send(updateFeatures, body, { to: 'controller' }).catch(onlyKafkaErrors)
    const features = await describeFeatures(client, { to: 'any' }, { timeoutMs: 2_000 }).catch(onlyKafkaErrors)
    if (features?.finalized.get(feature) === level) return
    await pause(context.env, 100)
  }
}
