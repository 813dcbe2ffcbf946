import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { startBroker } from '../../broker-core/cluster/broker.ts'
import { DiskError, type Disk } from '../../broker-core/env/disk.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { createTopics } from '../../broker-core/protocol/messages/19-create-topics.ts'
import { conversation } from '../helpers/broker-conversation.ts'
import { freePorts } from '../helpers/free-ports.ts'

it('DISK-38: a broker whose metadata log cannot be written ends, with the reason', async () => {
  const [port = 0, controllerPort = 0] = await freePorts(2)
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  const env = nodeEnv({ log: { write() {} } })
  let isBroken = false
  const disk: Disk = {
    ...env.disk,
    open(path, mode) {
      const file = env.disk.open(path, mode)
      return Object.assign(Object.create(file) as typeof file, {
        writeAt(chunks: readonly Uint8Array[], position: number) {
          if (isBroken && path.includes('__cluster_metadata')) throw new DiskError('no-space', path, 'full')
          file.writeAt(chunks, position)
        },
      })
    },
  }
  const properties = new Map([
    ['node.id', '1'],
    ['listeners', `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`],
    ['controller.quorum.voters', `1@127.0.0.1:${controllerPort}`],
    ['log.dirs', folder],
  ])
  const broker = await startBroker(
    brokerConfig(properties, () => {}),
    { ...env, disk },
  )
  await broker.ready
  isBroken = true
  const talk = conversation()
  const topic = { name: 't', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
  const answer = talk.call(port, createTopics, { topics: [topic], timeoutMs: 1000, validateOnly: false }).catch(() => undefined)
  expect((await broker.failed).message).toContain('full')
  await answer
  talk.close()
  await broker.kill()
  rmSync(folder, { recursive: true })
})
