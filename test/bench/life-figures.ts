// The longest pause of our own producer, which goes to the leader that a refusal names without waiting (KIP-951). Prints nothing.
import { setTimeout as wait } from 'node:timers/promises'
import { connectCluster } from '../../broker-core/client/connect-cluster.ts'
import { createProducer } from '../../broker-core/client/producing/producer.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'

export interface Pause {
  readonly pauseMs: number
  readonly failed: number
}

const everyMs = 2
const warmRecords = 50

/** 500 records a second, acks=all, for `seconds`; times are those of acknowledgements, as in the load generator. */
export async function measurePause(bootstrap: string, topic: string, seconds: number): Promise<Pause> {
  const client = await connectCluster({ bootstrap, clientId: 'bench-life' }, nodeEnv({ log: { write() {} } }))
  const producer = createProducer(client, { lingerMs: 0 })
  const record = { topic, partition: 0, key: null, value: new Uint8Array(100) }
  const clock = { lastMs: 0, pauseMs: 0, failed: 0 }
  const acknowledged = () => {
    const nowMs = performance.now()
    if (clock.lastMs > 0) clock.pauseMs = Math.max(clock.pauseMs, nowMs - clock.lastMs)
    clock.lastMs = nowMs
  }
  try {
    for (let sent = 0; sent < warmRecords; sent++) await producer.send(record)
    const endMs = performance.now() + seconds * 1000
    for (let dueMs = performance.now(); dueMs < endMs; dueMs += everyMs) {
      producer.send(record).then(acknowledged, () => (clock.failed += 1))
      const leftMs = dueMs + everyMs - performance.now()
      if (leftMs > 0) await wait(leftMs)
    }
    await producer.flush()
  } finally {
    await producer.close()
    await client.close()
  }
  return { pauseMs: clock.pauseMs, failed: clock.failed }
}
