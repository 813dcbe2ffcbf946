import { describe, expect, it } from 'vitest'
import { decideCreatePartitions } from '../../../broker-core/controller/decisions/create-partitions.ts'
import { decideCreateTopics } from '../../../broker-core/controller/decisions/create-topics.ts'
import { decideDeleteTopics } from '../../../broker-core/controller/decisions/delete-topics.ts'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import type { RequestOf } from '../../../broker-core/protocol/api.ts'
import type { createTopics } from '../../../broker-core/protocol/messages/19-create-topics.ts'
import { ControllerWorld } from './controller-world.ts'

type Asked = RequestOf<typeof createTopics>['topics'][number]

const asked = (name: string, rest: Partial<Asked> = {}): Asked => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...rest,
})

function create(world: ControllerWorld, topics: readonly Asked[], validateOnly = false) {
  const reply = world.perform(decideCreateTopics, { topics, timeoutMs: 0, validateOnly })
  return reply.topics.map(topic => `${errorName(topic.errorCode)}${topic.errorMessage === null ? '' : `: ${topic.errorMessage}`}`)
}

const manual = (...replicas: readonly (readonly number[])[]): Partial<Asked> => ({
  numPartitions: -1,
  replicationFactor: -1,
  assignments: replicas.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
})

describe('META-05: CreateTopics', () => {
  const world = () =>
    new ControllerWorld()
      .join(1, 2, 3)
      .topic('present', [[1]])
      .topic('a.b', [[1]])

  it.each<[string, Asked]>([
    ["TOPIC_ALREADY_EXISTS: Topic 'present' already exists.", asked('present')],
    ['INVALID_TOPIC_EXCEPTION: Topic name is invalid: the empty string is not allowed', asked('')],
    ["INVALID_TOPIC_EXCEPTION: Topic name is invalid: '..' is not allowed", asked('..')],
    [
      "INVALID_TOPIC_EXCEPTION: Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
      asked('a b'),
    ],
    [
      `INVALID_TOPIC_EXCEPTION: Topic name is invalid: the length of '${'x'.repeat(250)}' is longer than the max allowed length 249`,
      asked('x'.repeat(250)),
    ],
    ["INVALID_TOPIC_EXCEPTION: Topic 'a_b' collides with existing topic: a.b", asked('a_b')],
    ['INVALID_REQUEST: Creation of internal topic __cluster_metadata is prohibited.', asked('__cluster_metadata')],
    ['INVALID_PARTITIONS: Number of partitions was set to an invalid non-positive value.', asked('t', { numPartitions: 0 })],
    [
      'INVALID_REPLICATION_FACTOR: Replication factor must be larger than 0, or -1 to use the default value.',
      asked('t', { replicationFactor: 0 }),
    ],
    [
      'INVALID_REPLICATION_FACTOR: Unable to replicate the partition 4 time(s): The target replication factor of 4 cannot be reached because only 3 broker(s) are registered.',
      asked('t', { replicationFactor: 4 }),
    ],
    [
      'POLICY_VIOLATION: Excessively large number of partitions per request: at most 10000.',
      asked('t', { numPartitions: 10_001 }),
    ],
    [
      'INVALID_REQUEST: A manual partition assignment was specified, but numPartitions was not set to -1.',
      asked('t', { ...manual([1]), numPartitions: 1 }),
    ],
    [
      'INVALID_REQUEST: A manual partition assignment was specified, but replication factor was not set to -1.',
      asked('t', { ...manual([1]), replicationFactor: 1 }),
    ],
    ['INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes an empty replica list.', asked('t', manual([]))],
    [
      'INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes broker 9, but no such broker is registered.',
      asked('t', manual([1, 9])),
    ],
    [
      'INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes the broker 2 more than once.',
      asked('t', manual([2, 2])),
    ],
    [
      'INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes a partition with 1 replica(s), but this is not consistent with previous partitions, which have 2 replica(s).',
      asked('t', manual([1, 2], [3])),
    ],
    [
      'INVALID_REPLICA_ASSIGNMENT: partitions should be a consecutive 0-based integer sequence',
      asked('t', { ...manual(), assignments: [{ partitionIndex: 1, brokerIds: [1] }] }),
    ],
    [
      'INVALID_REPLICA_ASSIGNMENT: Found multiple manual partition assignments for partition 0',
      asked('t', {
        ...manual(),
        assignments: [
          { partitionIndex: 0, brokerIds: [1] },
          { partitionIndex: 0, brokerIds: [2] },
        ],
      }),
    ],
    ['INVALID_CONFIG: Unknown topic config name: nonsense', asked('t', { configs: [{ name: 'nonsense', value: '1' }] })],
    [
      'INVALID_CONFIG: Invalid value many for configuration segment.bytes: Not a number of type INT',
      asked('t', { configs: [{ name: 'segment.bytes', value: 'many' }] }),
    ],
    [
      'INVALID_CONFIG: Null value not supported for topic configs: retention.ms',
      asked('t', { configs: [{ name: 'retention.ms', value: null }] }),
    ],
  ])('%s', (expected, topic) => {
    const it = world()
    const { image } = it
    expect(create(it, [topic])).toEqual([expected])
    expect(it.image.topicsByName.size).toBe(image.topicsByName.size)
  })

  it('each topic succeeds or fails alone; one named twice fails, and is answered once', () => {
    const it = world()
    expect(create(it, [asked('one'), asked('present'), asked('twice'), asked('twice')])).toEqual([
      'NONE',
      "TOPIC_ALREADY_EXISTS: Topic 'present' already exists.",
      'INVALID_REQUEST: Duplicate topic name.',
    ])
    expect(it.image.topicsByName.has('one')).toBe(true)
    expect(it.image.topicsByName.has('twice')).toBe(false)
  })

  it('topics of one request collide with each other, too', () => {
    expect(create(world(), [asked('x.y'), asked('x_y')])[1]).toContain('collides with existing topic: x.y')
  })

  it('validateOnly writes nothing', () => {
    const it = world()
    const { offset } = it.image
    expect(create(it, [asked('t')], true)).toEqual(['NONE'])
    expect(it.image.offset).toBe(offset)
  })

  it('-1 stands for the defaults; the answer says what was made, with every configuration', () => {
    const it = new ControllerWorld({ defaults: { numPartitions: 4, defaultReplicationFactor: 3 } }).join(1, 2, 3)
    const topic = asked('t', { numPartitions: -1, replicationFactor: -1, configs: [{ name: 'retention.ms', value: '5' }] })
    const [answer] = it.perform(decideCreateTopics, { topics: [topic], timeoutMs: 0, validateOnly: false }).topics
    expect(answer).toMatchObject({
      errorCode: 0,
      numPartitions: 4,
      replicationFactor: 3,
      topicId: it.image.topicsByName.get('t')?.topicId,
    })
    expect(answer?.configs?.find(config => config.name === 'retention.ms')).toMatchObject({ value: '5', configSource: 1 })
    expect(answer?.configs?.find(config => config.name === 'min.insync.replicas')).toMatchObject({ value: '1', configSource: 3 })
    expect(answer?.configs?.find(config => config.name === 'cleanup.policy')).toMatchObject({ value: 'delete', configSource: 5 })
    expect(it.partition('t', 3)).toMatchObject({ leaderEpoch: 0, partitionEpoch: 0 })
  })

  it('only live brokers are in the first ISR, and they lead', () => {
    const it = new ControllerWorld().join(1, 2)
    it.register(3)
    it.topic('t', [[3, 2, 1]])
    expect(it.partition('t')).toMatchObject({ replicas: [3, 2, 1], isr: [2, 1], leader: 2 })
    expect(create(it, [asked('u', manual([3]))])[0]).toContain('are fenced or in controlled shutdown')
  })

  it('without a live broker nothing is placed', () => {
    const it = new ControllerWorld()
    it.register(1)
    expect(create(it, [asked('t')])[0]).toBe(
      'INVALID_REPLICATION_FACTOR: Unable to replicate the partition 1 time(s): All brokers are currently fenced, or have all their log directories cordoned.',
    )
  })
})

describe('META-06: DeleteTopics', () => {
  const remove = (
    world: ControllerWorld,
    topics: readonly { name: string | null; topicId: string }[],
    topicNames: readonly string[] = [],
  ) =>
    world
      .perform(decideDeleteTopics, { topics, topicNames, timeoutMs: 0 })
      .responses.map(response => errorName(response.errorCode))
  const zero = 'AAAAAAAAAAAAAAAAAAAAAA'

  it('by name, by id and by the names of old versions; the name is free at once and its configuration gone', () => {
    const world = new ControllerWorld()
      .join(1)
      .topic('a', [[1]], { 'retention.ms': '1' })
      .topic('b', [[1]])
      .topic('c', [[1]])
    const topicId = world.image.topicsByName.get('b')?.topicId ?? ''
    expect(
      remove(
        world,
        [
          { name: 'a', topicId: zero },
          { name: null, topicId },
        ],
        ['c'],
      ),
    ).toEqual(['NONE', 'NONE', 'NONE'])
    expect(world.image.topicsByName.size).toBe(0)
    expect(world.image.configs.has('2:a')).toBe(false)
    world.topic('a', [[1]])
    expect(world.image.topicsByName.get('a')?.topicId).not.toBe(topicId)
  })

  it('refuses what is unknown, said twice, or said both ways', () => {
    const world = new ControllerWorld()
      .join(1)
      .topic('a', [[1]])
      .topic('b', [[1]])
    const idOfB = world.image.topicsByName.get('b')?.topicId ?? ''
    expect(
      remove(world, [
        { name: 'x', topicId: zero },
        { name: null, topicId: 'BBBBBBBBBBBBBBBBBBBBBA' },
        { name: null, topicId: zero },
        { name: 'a', topicId: 'BBBBBBBBBBBBBBBBBBBBBA' },
      ]),
    ).toEqual(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID', 'INVALID_REQUEST', 'INVALID_REQUEST'])
    const a = { name: 'a', topicId: zero }
    const [b, byId] = [
      { name: 'b', topicId: zero },
      { name: null, topicId: idOfB },
    ]
    const { responses } = world.perform(decideDeleteTopics, { topics: [a, b, a, byId], topicNames: [], timeoutMs: 0 })
    expect(responses.map(({ name, topicId, errorMessage }) => [name, topicId, errorMessage])).toEqual([
      ['a', zero, 'Duplicate topic name.'],
      ['b', idOfB, 'The provided topic name maps to an ID that was already supplied.'],
    ])
    expect([...world.image.topicsByName.keys()], 'what is named twice stays').toEqual(['a', 'b'])
  })
})

describe('META-07: CreatePartitions', () => {
  const grow = (world: ControllerWorld, name: string, count: number, assignments: readonly (readonly number[])[] | null = null) =>
    world
      .perform(decideCreatePartitions, {
        topics: [{ name, count, assignments: assignments?.map(brokerIds => ({ brokerIds })) ?? null }],
        timeoutMs: 0,
        validateOnly: false,
      })
      .results.map(result => `${errorName(result.errorCode)}${result.errorMessage === null ? '' : `: ${result.errorMessage}`}`)[0]

  it.each<[string, number, readonly (readonly number[])[] | null]>([
    ['INVALID_PARTITIONS: Topic already has 2 partition(s).', 2, null],
    ['INVALID_PARTITIONS: The topic t currently has 2 partition(s); 1 would not be an increase.', 1, null],
    [
      'INVALID_REPLICA_ASSIGNMENT: Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.',
      4,
      [[1, 2]],
    ],
    [
      'INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes broker 8, but no such broker is registered.',
      3,
      [[1, 8]],
    ],
    [
      'INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes a partition with 1 replica(s), but this is not consistent with previous partitions, which have 2 replica(s).',
      3,
      [[1]],
    ],
  ])('%s', (expected, count, assignments) => {
    const world = new ControllerWorld().join(1, 2, 3).topic('t', [
      [1, 2],
      [2, 3],
    ])
    expect(grow(world, 't', count, assignments)).toBe(expected)
  })

  it('adds partitions with the factor of the topic, placed or as told', () => {
    const world = new ControllerWorld().join(1, 2, 3).topic('t', [[1, 2]])
    expect(grow(world, 't', 2, [[3, 1]])).toBe('NONE')
    expect(world.partition('t', 1)).toMatchObject({ replicas: [3, 1], isr: [3, 1], leader: 3 })
    expect(grow(world, 't', 5)).toBe('NONE')
    expect(world.image.topicsByName.get('t')?.partitions.map(partition => partition.replicas.length)).toEqual([2, 2, 2, 2, 2])
    expect(grow(world, 'absent', 5)).toContain('UNKNOWN_TOPIC_OR_PARTITION')
  })
})
