import { connectCluster } from '../../../broker-core/client/connect-cluster.ts'
import type { TopicPartition } from '../../../broker-core/model/ids.ts'
import { nodeEnv } from '../../../broker-core/env/node/node-env.ts'
import { eventually } from '../../helpers/broker-conversation.ts'
import { endsOf, forgetfulProducer, openTransaction, writeUnannounced } from '../../helpers/unannounced-writes.ts'

export interface LeftHanging {
  readonly producerId: number
  readonly producerEpoch: number
  ends(): ReturnType<typeof endsOf>
  close(): Promise<void>
}

/** A transaction that hangs from offset 0 on, and a committed one behind it. Brokers must have stopped verifying, or do so soon. */
export async function leaveHanging(bootstrap: string, at: TopicPartition): Promise<LeftHanging> {
  const client = await connectCluster({ bootstrap, clientId: 'hanging' }, nodeEnv({ log: { write: () => {} } }))
  const producer = await forgetfulProducer(client, 'forgetful')
  await eventually(
    async () => ((await writeUnannounced(client, at, producer, 'hangs')) === 'NONE' ? true : undefined),
    'verification is off',
  )
  const committed = await openTransaction(client, at, 'committed', 'careful')
  await committed.commit()
  await committed.close()
  return { ...producer, ends: () => endsOf(client, at), close: () => client.close() }
}
