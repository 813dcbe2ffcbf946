import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errorName } from '../../broker-core/model/kafka-errors.ts'
import { alterReplicaLogDirs } from '../../broker-core/protocol/messages/34-alter-replica-log-dirs.ts'
import { describeLogDirs } from '../../broker-core/protocol/messages/35-describe-log-dirs.ts'
import { electLeaders } from '../../broker-core/protocol/messages/43-elect-leaders.ts'
import { incrementalAlterConfigs } from '../../broker-core/protocol/messages/44-incremental-alter-configs.ts'
import {
  batchOf,
  conversation,
  createTopic,
  describeTopic,
  eventually,
  fetchFrom,
  leaderPort,
  produceTo,
  type Conversation,
  type TestTopic,
} from '../helpers/broker-conversation.ts'
import { startCluster, type InProcessCluster } from '../helpers/in-process-cluster.ts'
import { newDataFolder, removeDataFolder } from '../helpers/serve-process.ts'

const throttleName = 'replica.alter.log.dirs.io.max.bytes.per.second'
const payload = 'x'.repeat(20_000)

describe('a replica moves to another log directory of its broker (REPL-18)', () => {
  let cluster: InProcessCluster
  let talk: Conversation
  let root: string
  const folder = (nodeId: number, name: string) => join(root, `${nodeId}`, name)
  const port = (nodeId: number) => cluster.bootstrap[nodeId - 1]?.port ?? 0

  beforeEach(async () => {
    root = newDataFolder()
    cluster = await startCluster({
      properties: { 'min.insync.replicas': '2', 'file.delete.delay.ms': '100', 'log.segment.delete.delay.ms': '100' },
      propertiesOf: nodeId => ({ 'log.dirs': `${folder(nodeId, 'first')},${folder(nodeId, 'second')}` }),
    })
    talk = conversation()
  }, 60_000)
  afterEach(async () => {
    talk.close()
    await cluster.close()
    removeDataFolder(root)
  })

  const move = async (nodeId: number, path: string, topic: string) => {
    const dirs = [{ path, topics: [{ name: topic, partitions: [0] }] }]
    const answer = await talk.call(port(nodeId), alterReplicaLogDirs, { dirs })
    return errorName(answer.results[0]?.partitions[0]?.errorCode ?? -1)
  }
  const replicasOf = async (nodeId: number, topic: string) => {
    const answer = await talk.call(port(nodeId), describeLogDirs, { topics: [{ topic, partitions: [0] }] })
    return answer.results.flatMap(({ logDir, topics }) =>
      topics.flatMap(found => found.partitions.map(one => ({ path: logDir, isFuture: one.isFutureKey, lag: one.offsetLag }))),
    )
  }
  const otherOf = async (nodeId: number, topic: string) => {
    const [now] = await replicasOf(nodeId, topic)
    const from = now?.path ?? ''
    return { from, to: folder(nodeId, from.endsWith('first') ? 'second' : 'first') }
  }
  const hasMoved = (nodeId: number, topic: string, to: string) =>
    eventually(async () => {
      const found = await replicasOf(nodeId, topic)
      return found.length === 1 && found[0]?.path === to && !found[0].isFuture ? true : undefined
    }, `${topic} of broker ${nodeId} lies in ${to}`)
  const throttle = async (value: string) => {
    const configs = [{ name: throttleName, configOperation: 0, value }]
    const resources = [1, 2, 3].map(id => ({ resourceType: 4, resourceName: `${id}`, configs }))
    const answer = await talk.call(port(1), incrementalAlterConfigs, { resources, validateOnly: false })
    expect(answer.responses.map(one => errorName(one.errorCode))).toEqual(['NONE', 'NONE', 'NONE'])
  }
  const named = (path: string, topic: string) =>
    existsSync(path) ? readdirSync(path).filter(name => name.startsWith(`${topic}-0`)) : []
  const valuesOf = async (topic: TestTopic, nodeId: number, count: number) => {
    const values: string[] = []
    while (values.length < count) {
      const read = await fetchFrom(talk, port(nodeId), topic, values.length)
      if (read.values.length === 0) break
      values.push(...read.values)
    }
    return values
  }

  it('REPL-18, KIP-113: leader and follower move under an acks=all load; every record is there afterwards, the old directory is gone', async () => {
    const topic = await createTopic(talk, port(1), {
      name: 'moves',
      configs: { 'segment.bytes': '1048576', 'file.delete.delay.ms': '100' },
    })
    const leader = topic.partitions[0]?.leaderId ?? 0
    const follower = [1, 2, 3].find(id => id !== leader) ?? 0
    const written: string[] = []
    const write = async () => {
      const value = `${written.length} ${payload}`
      expect(await produceTo(talk, leaderPort(topic), topic, batchOf([value]))).toMatchObject({ error: 'NONE' })
      written.push(value)
    }
    for (let i = 0; i < 100; i++) await write()
    await throttle('500000')
    const places = await Promise.all([otherOf(leader, 'moves'), otherOf(follower, 'moves')])
    expect(await move(leader, places[0].to, 'moves')).toBe('NONE')
    expect(await move(follower, places[1].to, 'moves')).toBe('NONE')
    const loading = { isOn: true }
    const load = (async () => {
      while (loading.isOn) await write()
    })()
    await eventually(async () => {
      const found = (await replicasOf(leader, 'moves')).find(one => one.isFuture)
      return found !== undefined && found.lag > 0 ? true : undefined
    }, 'the copy is told, with its lag')
    expect(named(places[0].to, 'moves')).toEqual([expect.stringMatching(/^moves-0\.[0-9a-f]{32}-future$/)])
    expect(await move(leader, places[0].to, 'moves'), 'asked again').toBe('NONE')
    await throttle(`${Number.MAX_SAFE_INTEGER}`)
    await hasMoved(leader, 'moves', places[0].to)
    await hasMoved(follower, 'moves', places[1].to)
    for (let i = 0; i < 20; i++) await write()
    loading.isOn = false
    await load
    expect(await valuesOf(topic, leader, written.length)).toEqual(written)
    await eventually(async () => (named(places[0].from, 'moves').length === 0 ? true : undefined), 'the old directory is gone')
    expect(named(places[0].to, 'moves')).toEqual(['moves-0'])
    expect(cluster.complaints.filter(line => !line.includes('isr'))).toEqual([])
  }, 120_000)

  it('REPL-18: a move is given up, refused, remembered, and gone on with by the next run', async () => {
    const topic = await createTopic(talk, port(1), { name: 'stays', configs: { 'file.delete.delay.ms': '100' } })
    const leader = topic.partitions[0]?.leaderId ?? 0
    const written = Array.from({ length: 60 }, (_, index) => `${index} ${payload}`)
    for (const value of written) await produceTo(talk, leaderPort(topic), topic, batchOf([value]))
    const { from, to } = await otherOf(leader, 'stays')
    expect(await move(leader, '/nowhere', 'stays')).toBe('LOG_DIR_NOT_FOUND')
    expect(await move(leader, to, 'not-there-yet')).toBe('REPLICA_NOT_AVAILABLE')
    await createTopic(talk, port(1), { name: 'not-there-yet' })
    await hasMoved(leader, 'not-there-yet', to)
    await throttle('1')
    expect(await move(leader, to, 'stays')).toBe('NONE')
    expect(named(to, 'stays')).toHaveLength(1)
    expect(await move(leader, from, 'stays')).toBe('NONE')
    expect((await replicasOf(leader, 'stays')).map(one => one.path)).toEqual([from])
    await eventually(async () => (named(to, 'stays').length === 0 ? true : undefined), 'the copy is gone')
    expect(await move(leader, to, 'stays')).toBe('NONE')
    await cluster.kill(leader)
    expect(named(to, 'stays')).toHaveLength(1)
    await (await cluster.start(leader)).ready
    await eventually(async () => ((await replicasOf(leader, 'stays')).length === 2 ? true : undefined), 'the copy was found')
    await throttle(`${Number.MAX_SAFE_INTEGER}`)
    await hasMoved(leader, 'stays', to)
    await eventually(async () => {
      const partitions = [{ topic: 'stays', partitions: [0] }]
      await talk.call(port(leader === 1 ? 2 : 1), electLeaders, { electionType: 0, topicPartitions: partitions, timeoutMs: 5000 })
      return (await describeTopic(talk, port(leader), 'stays'))?.partitions[0]?.leaderId === leader ? true : undefined
    }, 'it leads again')
    const read = await eventually(async () => {
      const values = await valuesOf(topic, leader, written.length)
      return values.length === written.length ? values : undefined
    }, 'it knows the high watermark again')
    expect(read).toEqual(written)
    expect(named(to, 'stays')).toEqual(['stays-0'])
  }, 120_000)
})
