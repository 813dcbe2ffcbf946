import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { startBroker } from '../../broker-core/cluster/broker.ts'
import { formatDirectories } from '../../broker-core/cluster/format-directories.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { apiVersions } from '../../broker-core/protocol/messages/18-api-versions.ts'
import { updateFeatures } from '../../broker-core/protocol/messages/57-update-features.ts'
import { batchOf, conversation, createTopic, fetchFrom, produceTo } from '../helpers/broker-conversation.ts'
import { freePorts } from '../helpers/free-ports.ts'

const env = nodeEnv({ log: { write: () => {} } })

describe('META-11: a cluster that was formatted for an earlier release', () => {
  let folder: string
  let ports: number[]
  const talk = conversation()
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
    ports = await freePorts(2)
  })
  afterEach(() => {
    talk.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const port = () => ports[0] as number
  const config = () =>
    brokerConfig(
      new Map([
        ['node.id', '1'],
        ['listeners', `PLAINTEXT://127.0.0.1:${ports[0]},CONTROLLER://127.0.0.1:${ports[1]}`],
        ['log.dirs', join(folder, 'data')],
      ]),
      () => {},
    )
  const start = async () => {
    const broker = await startBroker(config(), env)
    await broker.ready
    return broker
  }
  const format = (release: string) =>
    formatDirectories(config(), { clusterId: 'cluster-of-release-tst', initialControllers: [], features: { release } }, env)
  const finalized = async () => {
    const client = { ...apiVersions.request.zero, clientSoftwareName: 'test', clientSoftwareVersion: '1' }
    const { finalizedFeatures } = await talk.call(port(), apiVersions, client)
    return Object.fromEntries(finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]))
  }
  const upgrade = async (levels: Readonly<Record<string, number>>) => {
    const featureUpdates = Object.entries(levels).map(([feature, maxVersionLevel]) => ({
      ...{ feature, maxVersionLevel, upgradeType: 1, allowDowngrade: false },
    }))
    const request = { ...updateFeatures.request.zero, timeoutMs: 10_000, featureUpdates }
    return (await talk.call(port(), updateFeatures, request)).errorMessage
  }

  it('serves with the levels of that release, can be brought up while it serves, and finds all of it again', async () => {
    format('3.9')
    const first = await start()
    expect(await finalized()).toEqual({ 'metadata.version': 21 })
    const topic = await createTopic(talk, port(), { name: 'orders', partitions: 2, replicationFactor: 1 })
    expect(await produceTo(talk, port(), topic, batchOf(['before']))).toMatchObject({ error: 'NONE' })
    const newest = { 'metadata.version': 30, 'group.version': 1, 'transaction.version': 2, 'eligible.leader.replicas.version': 1 }
    expect(await upgrade(newest)).toBeNull()
    expect(await produceTo(talk, port(), topic, batchOf(['after']))).toMatchObject({ error: 'NONE' })
    await first.stop()
    const second = await start()
    expect(await finalized()).toEqual(newest)
    expect((await fetchFrom(talk, port(), topic, 0)).values).toEqual(['before', 'after'])
    await second.stop()
  })

  it('refuses to format with a release that there is not, and leaves nothing behind', async () => {
    expect(() => format('2.8')).toThrow('unknown release version 2.8')
    format('4.0')
  })

  it('does not start from a damaged bootstrap.checkpoint, and says which file and what to do', async () => {
    format('4.0')
    const file = join(folder, 'data', 'bootstrap.checkpoint')
    writeFileSync(file, 'nonsense')
    await expect(startBroker(config(), env)).rejects.toThrow(
      `${file} is damaged (its end is missing): format the directory again, or delete the file`,
    )
  })
})
