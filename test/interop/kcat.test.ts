import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kcat } from '../helpers/kcat.ts'
import { removeDataFolder, type ServeProcess, startServe } from '../helpers/serve-process.ts'

const recordCount = 100_000
const partitions = 6

describe('kcat (librdkafka) against brokerbench serve', () => {
  let cluster: ServeProcess
  beforeAll(async () => {
    cluster = await startServe({ args: ['--brokers', '3', '--no-ui'] })
  })
  afterAll(async () => {
    await cluster.stop()
    removeDataFolder(cluster.dataFolder)
  })

  it('lists three brokers and a controller', async () => {
    const listed = await kcat(['-L', '-b', cluster.bootstrap])
    expect(listed.stdout).toMatch(/3 brokers:/)
    for (const address of cluster.bootstrap.split(',')) expect(listed.stdout).toContain(address)
    expect(listed.stdout).toMatch(/\(controller\)/)
  })

  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    it(`reads ${recordCount} records back as they were produced with acks=all and ${codec}`, async () => {
      const topic = `round-trip-${codec}`
      await createTopic(cluster.bootstrap, topic)
      const lines = Array.from({ length: recordCount }, (_, index) => `key-${index % 977}:${codec} value ${index}`)
      const produced = await kcat(
        ['-P', '-b', cluster.bootstrap, '-t', topic, '-K:', '-z', codec, '-X', 'acks=all'],
        `${lines.join('\n')}\n`,
      )
      expect(produced.stderr).not.toMatch(/ERROR|failed/i)
      expect(produced.status).toBe(0)
      const read = await kcat(['-C', '-b', cluster.bootstrap, '-t', topic, '-K:', '-o', 'beginning', '-e', '-q'])
      const found = read.stdout.trimEnd().split('\n')
      expect(found.length).toBe(recordCount)
      expect(found.toSorted()).toEqual(lines.toSorted())
    })
  }

  it('after kill -9 of the whole process, a new start has every acknowledged record', async () => {
    const topic = 'survives-a-kill'
    await createTopic(cluster.bootstrap, topic)
    const lines = Array.from({ length: 20_000 }, (_, index) => `value ${index}`)
    const produced = await kcat(['-P', '-b', cluster.bootstrap, '-t', topic, '-X', 'acks=all'], `${lines.join('\n')}\n`)
    expect(produced.status).toBe(0)
    await cluster.stop('SIGKILL')
    cluster = await startServe({ args: ['--brokers', '3', '--no-ui'], dataFolder: cluster.dataFolder })
    const read = await kcat(['-C', '-b', cluster.bootstrap, '-t', topic, '-o', 'beginning', '-e', '-q'])
    expect(new Set(read.stdout.trimEnd().split('\n'))).toEqual(new Set(lines))
  })
})

async function createTopic(bootstrap: string, topic: string): Promise<void> {
  const admin = new Kafka({ brokers: bootstrap.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 3 }] })
  await admin.disconnect()
}
