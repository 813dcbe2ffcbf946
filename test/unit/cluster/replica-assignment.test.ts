import { describe, expect, it } from 'vitest'
import type { DirectoryChoice } from '../../../broker-core/cluster/directory-choices.ts'
import { LogDirectories } from '../../../broker-core/cluster/log-directories.ts'
import { ReplicaMoves } from '../../../broker-core/cluster/replica-moves.ts'
import { ReplicaAssignment, type LeadershipChange } from '../../../broker-core/cluster/replica-assignment.ts'
import type { MetadataDelta, MetadataImage, PartitionImage, TopicImage } from '../../../broker-core/controller/image.ts'
import { FollowerLoop } from '../../../broker-core/replication/follower-loop.ts'
import { Followers } from '../../../broker-core/replication/followers.ts'
import { Replicas } from '../../../broker-core/replication/replicas.ts'
import { MoveThrottle } from '../../../broker-core/server/quotas/move-throttle.ts'
import { batchOf, limitByHand } from '../replication/replica-world.ts'
import { imageOf, partitionOf, topicOf } from '../server/images.ts'
import { openTestDirectory, testStorage } from '../storage/storage-env.ts'

const idA = 'AAAAAAAAAAAAAAAAAAAAAw'
const idB = 'AAAAAAAAAAAAAAAAAAAABA'

/** Broker 1 with real logs on a disk in memory; its follower loops never reach a leader. */
function world(unopened: readonly string[] = []) {
  const env = testStorage()
  const directory = openTestDirectory(env)
  const directories = new LogDirectories([directory], env.disk, { unopened })
  const replicas = new Replicas()
  const changes: string[] = []
  const followed: string[] = []
  const chosen: string[] = []
  const followers = new Followers(leaderId => {
    const loop = new FollowerLoop(
      {
        clock: env.clock,
        timers: env.timers,
        log: env.log,
        limit: limitByHand(),
        connect: () => new Promise(() => {}),
        bug: error => {
          throw error
        },
      },
      { leaderId, maxWaitMs: 500, minBytes: 1, partitionMaxBytes: 1, responseMaxBytes: 1, backoffMs: 1000 },
    )
    const follow = loop.follow.bind(loop)
    loop.follow = (partition, leaderEpoch) => {
      followed.push(`${partition.topic}-${partition.partition}@${leaderId}/${leaderEpoch}`)
      follow(partition, leaderEpoch)
    }
    return loop
  })
  let image: MetadataImage = imageOf([])
  const layers = { nodeId: 1, given: new Map(), image: () => image }
  const bug = (error: unknown) => {
    throw error
  }
  const directoryChosen = ({ partition, directoryId }: DirectoryChoice) => void chosen.push(`${partition} ${directoryId}`)
  const { clock, log, timers } = env
  const moves = new ReplicaMoves({
    ...{ brokerId: 1, directories, replicas, clock, timers, log, directoryChosen, bug },
    throttle: new MoveThrottle(layers, clock.monotonicMs),
    configOf: () => ({}),
    directoryOnRecord: () => undefined,
  })
  const assignment = new ReplicaAssignment({
    nodeId: 1,
    replicas,
    followers,
    directories,
    moves,
    layers,
    log: env.log,
    partitionPorts: {
      clock: env.clock,
      timers: env.timers,
      log: env.log,
      replicaLagTimeMaxMs: 30_000,
      isrChannel: { alterIsr: () => new Promise(() => {}) },
      brokers: { activeEpochOf: () => 1, isAlive: () => true },
      storageFailed: () => {},
    },
    directoryChosen,
    bug,
    leadershipChanged({ replica, leaderEpoch, isLeader }: LeadershipChange) {
      changes.push(`${replica.topic}-${replica.partition}/${leaderEpoch} ${isLeader ? 'leads' : 'resigns'}`)
    },
  })
  const apply = (
    topics: readonly TopicImage[],
    more: Partial<MetadataDelta> = {},
    configs: MetadataImage['configs'] = image.configs,
  ) => {
    const previous = image
    image = imageOf(topics, { configs })
    const deletedTopics = [...previous.topicsById.values()].filter(topic => !image.topicsById.has(topic.topicId))
    assignment.apply({
      previous,
      next: image,
      changedTopicIds: new Set(image.topicsById.keys()),
      deletedTopics,
      changedConfigKeys: new Set(),
      brokersChanged: false,
      featuresChanged: false,
      quotasChanged: false,
      ...more,
    } as MetadataDelta)
  }
  const taken = () => {
    const told = [...changes]
    changes.length = 0
    return told
  }
  return { env, directory, replicas, assignment, apply, taken, followed, chosen, imageNow: () => image }
}
const led = (partition: number, more: Partial<PartitionImage> = {}) => partitionOf(partition, { leader: 1, ...more })
const followedAt2 = (partition: number, more: Partial<PartitionImage> = {}) => partitionOf(partition, { leader: 2, ...more })

describe('the replicas of a broker follow the metadata', () => {
  it.each([
    ['reassigned to others', [topicOf('a', idA, [partitionOf(0, { leader: 2, replicas: [2, 3] })])], 'NOT_LEADER_OR_FOLLOWER'],
    ['deleted', [], 'UNKNOWN_TOPIC_OR_PARTITION'],
  ] as const)('PROD-10: who waits for a write to a partition that is %s hears so, not of a disk', (_, topics, told) => {
    const { apply, replicas } = world()
    apply([topicOf('a', idA, [led(0)])])
    const replica = replicas.get('a', 0)!
    const outcome = replica.append(batchOf('a'), { origin: 'client', requiresIsr: true })
    expect(replica.acknowledgement(0, replica.leaderEpoch)).toBe('waiting')
    apply(topics)
    expect([outcome.ok, replica.acknowledgement(0, replica.leaderEpoch)]).toEqual([true, told])
  })

  it('a topic that comes gets logs where this broker is a replica, and roles', () => {
    const { apply, replicas, directory, taken, followed } = world()
    apply([topicOf('a', idA, [led(0), followedAt2(1), partitionOf(2, { leader: 2, replicas: [2, 3] })])])
    expect([...directory.logs()].map(log => `${log.topic}-${log.partition}`).sort()).toEqual(['a-0', 'a-1'])
    expect(replicas.get('a', 0)?.isLeader).toBe(true)
    expect(replicas.getById(idA, 1)?.isLeader).toBe(false)
    expect(replicas.get('a', 2)).toBeUndefined()
    expect(taken()).toEqual(['a-0/4 leads'])
    expect(followed).toEqual(['a-1@2/4'])
  })

  it('DISK-38, KIP-858: a replica in a directory that could not be opened is not begun anew, until it is none of ours', () => {
    const { apply, replicas, directory, chosen } = world(['other-disk'])
    const elsewhere = { directories: ['AAAAAAAAAAAAAAAAAAAAzA', idB, idB] }
    apply([topicOf('a', idA, [led(0, elsewhere), led(1, { directories: [directory.directoryId, idB, idB] }), led(2)])])
    expect([...directory.logs()].map(log => log.partition).sort()).toEqual([1, 2])
    expect([0, 1, 2].map(partition => replicas.isOutOfReach(idA, partition))).toEqual([true, false, false])
    apply([topicOf('a', idA, [partitionOf(0, { ...elsewhere, leader: 2, replicas: [2, 3], partitionEpoch: 10 })])])
    expect(replicas.isOutOfReach(idA, 0)).toBe(false)
    expect(chosen).toEqual([])
  })

  it('KIP-858: a disk that was replaced is told, else the replica would count as out of reach for ever', () => {
    const { apply, directory, chosen } = world()
    apply([
      topicOf('a', idA, [
        led(0, { directories: [idB, idB, idB] }),
        led(1, { directories: [directory.directoryId, idB, idB] }),
        led(2),
      ]),
    ])
    expect([...directory.logs()].map(log => log.partition).sort()).toEqual([0, 1, 2])
    expect(chosen).toEqual([`0 ${directory.directoryId}`])
  })

  it('leadership comes and goes with newer epochs, and is told once each', () => {
    const { apply, taken, followed } = world()
    apply([topicOf('a', idA, [led(0)])])
    apply([topicOf('a', idA, [led(0, { isr: [1], partitionEpoch: 10 })])])
    expect(taken()).toEqual(['a-0/4 leads'])
    apply([topicOf('a', idA, [led(0, { leaderEpoch: 5, partitionEpoch: 11 })])])
    expect(taken()).toEqual(['a-0/5 leads'])
    apply([topicOf('a', idA, [followedAt2(0, { leaderEpoch: 6, partitionEpoch: 12 })])])
    expect(taken()).toEqual(['a-0/5 resigns'])
    expect(followed).toEqual(['a-0@2/6'])
    apply([topicOf('a', idA, [partitionOf(0, { leader: -1, leaderEpoch: 7, partitionEpoch: 13 })])])
    apply([topicOf('a', idA, [led(0, { leaderEpoch: 8, partitionEpoch: 14 })])])
    expect(taken()).toEqual(['a-0/8 leads'])
  })

  it('META-06: a deleted topic is gone at once, and one of the same name starts empty beside it', () => {
    const { apply, replicas, directory, taken, env } = world()
    apply([topicOf('a', idA, [led(0)])])
    const before = replicas.get('a', 0)
    apply([topicOf('a', idB, [led(0)])])
    expect(taken()).toEqual(['a-0/4 leads', 'a-0/4 resigns', 'a-0/4 leads'])
    expect(before?.isOffline).toBe(true)
    expect(replicas.getById(idA, 0)).toBeUndefined()
    expect(replicas.get('a', 0)?.topicId).toBe(idB)
    expect(directory.log('a', 0)?.topicId).toBe(idB)
    expect(env.disk.list('data').filter(name => name.endsWith('-delete')).length).toBe(1)
  })

  it('LEAD-09: a replica that is moved away is dropped with its data', () => {
    const { apply, replicas, directory, taken } = world()
    apply([topicOf('a', idA, [led(0)])])
    apply([topicOf('a', idA, [partitionOf(0, { leader: 2, replicas: [2, 3], leaderEpoch: 5, partitionEpoch: 10 })])])
    expect(taken()).toEqual(['a-0/4 leads', 'a-0/4 resigns'])
    expect(replicas.get('a', 0)).toBeUndefined()
    expect(directory.log('a', 0)).toBeUndefined()
  })

  it('META-09: configuration reaches the log and the partition at once', () => {
    const { apply, replicas } = world()
    apply([topicOf('a', idA, [led(0, { isr: [1, 2] })])])
    expect(replicas.get('a', 0)?.isUnderMinIsr).toBe(false)
    const configs = new Map([['2:a', new Map([['min.insync.replicas', '3']])]])
    apply([topicOf('a', idA, [led(0, { isr: [1, 2] })])], { changedConfigKeys: new Set(['2:a']) }, configs)
    expect(replicas.get('a', 0)?.isUnderMinIsr).toBe(true)
    const wide = new Map([['4:', new Map([['min.insync.replicas', '2']])]])
    apply([topicOf('a', idA, [led(0, { isr: [1, 2] })])], { changedConfigKeys: new Set(['2:a', '4:']) }, wide)
    expect(replicas.get('a', 0)?.isUnderMinIsr).toBe(false)
  })

  it('after a start: what is assigned is taken up from disk, what is not is set aside', () => {
    const first = world()
    first.apply([topicOf('a', idA, [led(0)]), topicOf('b', idB, [led(0)])])
    const { assignment, directory, env, replicas, taken } = first
    for (const topic of ['a', 'b']) {
      const replica = replicas.get(topic, 0)
      if (replica !== undefined) replicas.remove(replica)
    }
    taken()
    void assignment.applyAll(imageOf([topicOf('a', idA, [led(0, { leaderEpoch: 9 })])]))
    expect(taken()).toEqual(['a-0/9 leads'])
    expect(directory.log('b', 0)).toBeUndefined()
    expect(env.disk.list('data').filter(name => name.startsWith('b-0') && name.endsWith('-stray')).length).toBe(1)
  })

  it('DISK-38: what lies in a failed directory goes offline and resigns', () => {
    const { apply, assignment, replicas, taken, directory } = world()
    apply([topicOf('a', idA, [led(0), followedAt2(1)])])
    taken()
    assignment.directoryFailed(directory.path)
    expect(taken()).toEqual(['a-0/4 resigns'])
    expect(replicas.get('a', 0)?.accessRefusal(-1, false)).toBe('KAFKA_STORAGE_ERROR')
    expect(replicas.get('a', 1)?.isOffline).toBe(true)
  })

  it('a stop resigns everything and touches no log', () => {
    const { apply, assignment, directory, taken } = world()
    apply([topicOf('a', idA, [led(0), led(1)])])
    taken()
    assignment.resignAll()
    expect(taken().sort()).toEqual(['a-0/4 resigns', 'a-1/4 resigns'])
    expect([...directory.logs()].length).toBe(2)
  })
})
