import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { brokerConfig } from '../../../broker-core/cluster/broker-config.ts'
import { startBroker, type RunningBroker } from '../../../broker-core/cluster/broker.ts'
import { nodeEnv } from '../../../broker-core/env/node/node-env.ts'
import { alterPartitionReassignments } from '../../../broker-core/protocol/messages/45-alter-partition-reassignments.ts'
import { describeConfigs } from '../../../broker-core/protocol/messages/32-describe-configs.ts'
import { apacheKafkaMissing, startApacheKafka } from '../../helpers/apache-kafka.ts'
import {
  batchOf,
  conversation,
  createTopic,
  describeTopic,
  eventually,
  fetchFrom,
  produceTo,
  type Conversation,
} from '../../helpers/broker-conversation.ts'
import { freePorts } from '../../helpers/free-ports.ts'

const missing = apacheKafkaMissing()
if (missing !== undefined) process.stdout.write(`kafka-takes-over: ${missing}; our directories are not served by it\n`)

/** The controller of the starting script listens a hundred ports above. */
const controllerOffset = 100

describe.runIf(missing === undefined)('one data directory, served by turns', () => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-takes-over-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const metadataFiles = (suffix: string) =>
    readdirSync(join(folder, 'node-1', 'data', '__cluster_metadata-0')).filter(name => name.endsWith(suffix))

  async function startOurs(port: number): Promise<RunningBroker> {
    const properties = new Map([
      ['node.id', '1'],
      ['listeners', `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${port + controllerOffset}`],
      ['controller.quorum.voters', `1@127.0.0.1:${port + controllerOffset}`],
      ['log.dirs', join(folder, 'node-1', 'data')],
      ['metadata.log.max.record.bytes.between.snapshots', '1000'],
    ])
    const broker = await startBroker(
      brokerConfig(properties, () => {}),
      nodeEnv({ log: { write() {} } }),
    )
    await broker.ready
    return broker
  }

  async function retentionOf(talk: Conversation, port: number, topic: string): Promise<string | null | undefined> {
    const resources = [{ resourceType: 2, resourceName: topic, configurationKeys: ['retention.ms'] }]
    const request = { resources, includeSynonyms: false, includeDocumentation: false }
    return (await talk.call(port, describeConfigs, request)).results[0]?.configs[0]?.value
  }

  it('Apache Kafka starts from our metadata log, snapshot and segments, and we from what it left', {
    timeout: 180_000,
  }, async () => {
    const [port = 0] = await freePorts(1)
    const talk = conversation()
    const ours = await startOurs(port)
    for (let n = 0; n < 10; n++) {
      await createTopic(talk, port, {
        name: `ours-${n}`,
        partitions: 2,
        replicationFactor: 1,
        configs: { 'retention.ms': '86400001' },
      })
    }
    const topic = await eventually(() => describeTopic(talk, port, 'ours-9'), 'our topic')
    expect(await produceTo(talk, port, topic, batchOf(['by us']))).toMatchObject({ error: 'NONE' })
    const reordered = { name: 'ours-9', partitions: [{ partitionIndex: 1, replicas: [1] }] }
    await talk.call(port, alterPartitionReassignments, { ...alterPartitionReassignments.request.zero, topics: [reordered] })
    await ours.stop()
    expect(metadataFiles('.checkpoint')).toHaveLength(1)

    const kafka = await startApacheKafka(1, { folder, port })
    try {
      const found = await eventually(() => describeTopic(talk, port, 'ours-9'), 'our topic, at Kafka')
      expect(found.topicId).toBe(topic.topicId)
      expect((await fetchFrom(talk, port, found, 0)).values).toEqual(['by us'])
      expect(await retentionOf(talk, port, 'ours-0')).toBe('86400001')
      const theirs = await createTopic(talk, port, { name: 'theirs', partitions: 3, replicationFactor: 1 })
      expect(await produceTo(talk, port, theirs, batchOf(['by Kafka']))).toMatchObject({ error: 'NONE' })
    } finally {
      kafka.close()
    }

    const again = await startOurs(port)
    const back = await eventually(() => describeTopic(talk, port, 'theirs'), 'its topic, at ours')
    expect((await fetchFrom(talk, port, back, 0)).values).toEqual(['by Kafka'])
    const kept = await eventually(() => describeTopic(talk, port, 'ours-9'), 'our topic again')
    expect((await fetchFrom(talk, port, kept, 0)).values).toEqual(['by us'])
    talk.close()
    await again.stop()
  })
})
