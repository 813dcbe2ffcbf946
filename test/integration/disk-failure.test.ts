import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DiskErrorKind } from '../../broker-core/env/disk.ts'
import { faultyDisk, type DiskOperation } from '../../broker-core/env/faulty/disk.ts'
import { errorName } from '../../broker-core/model/kafka-errors.ts'
import { describeLogDirs } from '../../broker-core/protocol/messages/35-describe-log-dirs.ts'
import {
  batchOf,
  conversation,
  createTopic,
  describeTopic,
  eventually,
  fetchFrom,
  leaderPort,
  portOf,
  produceTo,
  type Conversation,
  type TestTopic,
} from '../helpers/broker-conversation.ts'
import { newDataFolder, removeDataFolder } from '../helpers/serve-process.ts'
import { startCluster, type InProcessCluster } from '../helpers/in-process-cluster.ts'

describe('a disk fails under a broker', () => {
  let cluster: InProcessCluster
  let talk: Conversation
  let root: string
  /** Paths with this part refuse every write, with this error. */
  const broken: { part?: string; kind?: DiskErrorKind; operations?: readonly DiskOperation[] } = {}
  beforeEach(() => {
    root = newDataFolder()
  })
  afterEach(async () => {
    delete broken.part
    delete broken.operations
    talk.close()
    await cluster.close()
    removeDataFolder(root)
  })
  const start = async (directoriesOf: (nodeId: number) => string) => {
    cluster = await startCluster({
      properties: { 'min.insync.replicas': '2' },
      propertiesOf: nodeId => ({ 'log.dirs': directoriesOf(nodeId) }),
      envOf: (_nodeId, env) => ({
        ...env,
        disk: faultyDisk(env.disk, {
          refuse: (operation, path) => {
            const isHit = broken.part !== undefined && path.includes(broken.part)
            return isHit && (broken.operations ?? ['write', 'sync']).includes(operation) ? broken.kind : undefined
          },
        }),
      }),
    })
    talk = conversation()
  }
  const folder = (nodeId: number, name: string) => join(root, `${nodeId}`, name)
  const topicNow = (name: string, isWanted: (topic: TestTopic) => boolean, port: () => number) =>
    eventually(async () => {
      const found = await describeTopic(talk, port(), name)
      return found !== undefined && isWanted(found) ? found : undefined
    }, `${name} is led elsewhere`)

  it('DISK-38: its partitions are led elsewhere, those in its other directory stay, nothing acknowledged is lost', async () => {
    await start(nodeId => `${folder(nodeId, 'first')},${folder(nodeId, 'second')}`)
    const [one] = cluster.bootstrap
    const topics = await Promise.all(
      [0, 1, 2, 3].map(index => createTopic(talk, one?.port ?? 0, { name: `on-disk-${index}`, partitions: 3 })),
    )
    for (const topic of topics) {
      for (const partition of [0, 1, 2]) {
        expect(await produceTo(talk, leaderPort(topic, partition), topic, batchOf(['before']), { partition })).toMatchObject({
          error: 'NONE',
        })
      }
    }
    broken.part = folder(1, 'second')
    broken.kind = 'io'
    const written = async (topic: TestTopic, partition: number) => {
      const port = () => cluster.bootstrap[1]?.port ?? 0
      return await eventually(async () => {
        const now = await topicNow(topic.name, found => (found.partitions[partition]?.leaderId ?? -1) > 0, port)
        const answer = await produceTo(talk, leaderPort(now, partition), now, batchOf(['after']), { partition, timeoutMs: 500 })
        return answer.error === 'NONE' ? { now, answer } : undefined
      }, `${topic.name}-${partition} takes acks=all again`)
    }
    for (const topic of topics) {
      for (const partition of [0, 1, 2]) {
        const { now } = await written(topic, partition)
        const read = await fetchFrom(talk, leaderPort(now, partition), now, 0, { partition })
        expect(read.values[0]).toBe('before')
        expect(read.values.at(-1)).toBe('after')
      }
    }
    const described = await talk.call(one?.port ?? 0, describeLogDirs, { topics: null })
    const states = described.results.map(result => `${result.logDir.split('/').at(-1)} ${errorName(result.errorCode)}`)
    expect(states.sort()).toEqual(['first NONE', 'second KAFKA_STORAGE_ERROR'])
    const last = await topicNow(
      'on-disk-0',
      found => found.partitions.some(one_ => one_.isrNodes.includes(1)),
      () => one?.port ?? 0,
    )
    expect(last.brokers.map(broker => broker.nodeId).sort(), 'the broker itself goes on').toEqual([1, 2, 3])
    expect(await Promise.race([cluster.broker(1)?.failed, Promise.resolve('runs')])).toBe('runs')
  })

  it('DISK-38: without any directory left the broker ends with the reason, and the others go on', async () => {
    await start(nodeId => folder(nodeId, 'only'))
    const topic = await createTopic(talk, cluster.bootstrap[0]?.port ?? 0, { name: 'goes-on' })
    const leader = topic.partitions[0]?.leaderId ?? 0
    const other = [1, 2, 3].find(id => id !== leader) ?? 0
    await produceTo(talk, portOf(topic, leader), topic, batchOf(['before']))
    broken.part = folder(leader, 'only')
    broken.kind = 'no-space'
    const failed = cluster.broker(leader)?.failed
    await produceTo(talk, portOf(topic, leader), topic, batchOf(['lost']), { timeoutMs: 500 }).catch(() => undefined)
    expect((await failed)?.message).toMatch(/no-space/)
    const now = await topicNow(
      'goes-on',
      found => ![-1, leader].includes(found.partitions[0]?.leaderId ?? -1),
      () => portOf(topic, other),
    )
    const answer = await eventually(async () => {
      const result = await produceTo(talk, leaderPort(now), now, batchOf(['after']), { timeoutMs: 500 })
      return result.error === 'NONE' ? result : undefined
    }, 'acks=all goes on')
    expect(answer.error).toBe('NONE')
    expect((await fetchFrom(talk, leaderPort(now), now, 0)).values).toEqual(expect.arrayContaining(['before', 'after']))
  })

  it('DISK-38, KIP-858: what lies in a directory that cannot be opened is offline, not begun anew, and back once it can be', async () => {
    await start(nodeId => `${folder(nodeId, 'first')},${folder(nodeId, 'second')}`)
    const port = (nodeId: number) => cluster.bootstrap[nodeId - 1]?.port ?? 0
    // With one replica nobody else has what it holds.
    const topics: TestTopic[] = []
    for (let index = 0; index < 6; index++) {
      topics.push(await createTopic(talk, port(1), { name: `single-${index}`, partitions: 3, replicationFactor: 1 }))
    }
    const leaderOf = (topic: TestTopic, partition: number) => topic.partitions[partition]?.leaderId ?? -1
    const places = topics.flatMap(topic => [0, 1, 2].map(partition => ({ topic, partition })))
    for (const { topic, partition } of places) {
      await produceTo(talk, leaderPort(topic, partition), topic, batchOf(['before']), { partition })
    }
    const isLost = ({ topic, partition }: (typeof places)[number]) =>
      existsSync(join(folder(1, 'second'), `${topic.name}-${partition}`))
    const ofBroker = places.filter(({ topic, partition }) => leaderOf(topic, partition) === 1)
    const lost = ofBroker.filter(isLost)
    expect([lost.length > 0, lost.length < ofBroker.length]).toEqual([true, true])
    await cluster.stop(1)
    Object.assign(broken, {
      part: folder(1, 'second'),
      kind: 'not-permitted',
      operations: ['make-directory', 'open', 'lock', 'list'],
    })
    await (await cluster.start(1)).ready
    const kept = ofBroker.filter(place => !isLost(place))
    for (const { topic, partition } of kept) {
      await topicNow(
        topic.name,
        found => found.partitions[partition]?.leaderId === 1,
        () => port(2),
      )
      expect((await fetchFrom(talk, port(1), topic, 0, { partition })).values).toEqual(['before'])
    }
    for (const { topic, partition } of lost) {
      const [found] = [await describeTopic(talk, port(2), topic.name)]
      expect(found?.partitions[partition]).toMatchObject({ leaderId: -1, offlineReplicas: [1] })
      const answer = await produceTo(talk, port(1), topic, batchOf(['nowhere']), { partition })
      expect(answer.error).toBe('KAFKA_STORAGE_ERROR')
      expect(existsSync(join(folder(1, 'first'), `${topic.name}-${partition}`)), 'nothing is begun anew elsewhere').toBe(false)
    }
    const described = await talk.call(port(1), describeLogDirs, { topics: null })
    const states = described.results.map(result => `${result.logDir.split('/').at(-1)} ${errorName(result.errorCode)}`)
    expect(states.sort()).toEqual(['first NONE', 'second KAFKA_STORAGE_ERROR'])
    await cluster.stop(1)
    delete broken.part
    await (await cluster.start(1)).ready
    for (const { topic, partition } of ofBroker) {
      await topicNow(
        topic.name,
        found => found.partitions[partition]?.leaderId === 1,
        () => port(2),
      )
      expect((await fetchFrom(talk, port(1), topic, 0, { partition })).values).toEqual(['before'])
    }
  })
})
