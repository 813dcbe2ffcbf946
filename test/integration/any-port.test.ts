import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { startBroker } from '../../broker-core/cluster/broker.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { conversation, createTopic } from '../helpers/broker-conversation.ts'

it('a single broker takes any free ports, and tells which', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  const properties = new Map([
    ['node.id', '7'],
    ['listeners', 'PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0'],
    ['log.dirs', folder],
  ])
  const broker = await startBroker(
    brokerConfig(properties, () => {}),
    nodeEnv({ log: { write() {} } }),
  )
  await broker.ready
  const talk = conversation()
  const topic = await createTopic(talk, broker.port, { name: 't', replicationFactor: 1 })
  expect(topic.brokers).toMatchObject([{ nodeId: 7, port: broker.port }])
  expect(broker.controllerPort).toBeGreaterThan(0)
  talk.close()
  await broker.stop()
  rmSync(folder, { recursive: true })
})
