import { describe, expect, it } from 'vitest'
import { decideAlterConfigs, decideIncrementalAlterConfigs } from '../../../broker-core/controller/decisions/alter-configs.ts'
import { decideClientQuotas } from '../../../broker-core/controller/decisions/client-quotas.ts'
import type { MetadataImage } from '../../../broker-core/controller/image.ts'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import { ControllerWorld } from './controller-world.ts'

const told = (result: { errorCode: number; errorMessage: string | null } | undefined): string =>
  `${errorName(result?.errorCode ?? -1)}${result?.errorMessage ? `: ${result.errorMessage}` : ''}`

type Op = readonly [name: string, operation: number, value: string | null]
const [set, remove, append, subtract] = [0, 1, 2, 3]

function alter(world: ControllerWorld, type: number, name: string, ops: readonly Op[], validateOnly = false): string {
  const configs = ops.map(([key, configOperation, value]) => ({ name: key, configOperation, value }))
  const request = { resources: [{ resourceType: type, resourceName: name, configs }], validateOnly }
  return told(world.perform(decideIncrementalAlterConfigs, request).responses[0])
}
const valuesOf = (image: MetadataImage, key: string) => Object.fromEntries(image.configs.get(key) ?? [])
const world = () => new ControllerWorld().join(1, 2).topic('t', [[1, 2]], { 'retention.ms': '5' })

describe('META-09: IncrementalAlterConfigs', () => {
  it('sets, deletes, appends and subtracts', () => {
    const it = world()
    expect(alter(it, 2, 't', [['segment.bytes', set, '2000000']])).toBe('NONE')
    expect(alter(it, 2, 't', [['retention.ms', remove, null]])).toBe('NONE')
    expect(alter(it, 2, 't', [['cleanup.policy', append, 'compact']])).toBe('NONE')
    expect(valuesOf(it.image, '2:t')).toEqual({ 'segment.bytes': '2000000', 'cleanup.policy': 'delete,compact' })
    expect(alter(it, 2, 't', [['cleanup.policy', subtract, 'delete']])).toBe('NONE')
    expect(valuesOf(it.image, '2:t')['cleanup.policy']).toBe('compact')
  })

  it.each<[string, number, string, readonly Op[]]>([
    ["UNKNOWN_TOPIC_OR_PARTITION: The topic 'x' does not exist.", 2, 'x', [['retention.ms', set, '1']]],
    ['INVALID_CONFIG: Unknown topic config name: nonsense', 2, 't', [['nonsense', set, '1']]],
    [
      'INVALID_CONFIG: Invalid value -7 for configuration retention.ms: Value must be at least -1',
      2,
      't',
      [['retention.ms', set, '-7']],
    ],
    ["INVALID_CONFIG: Can't APPEND to key retention.ms because its type is not LIST.", 2, 't', [['retention.ms', append, '1']]],
    [
      'INVALID_REQUEST: Error due to duplicate config keys',
      2,
      't',
      [
        ['retention.ms', set, '1'],
        ['retention.ms', remove, null],
      ],
    ],
    ['INVALID_REQUEST: Null value not supported for : retention.ms', 2, 't', [['retention.ms', set, null]]],
    ['INVALID_REQUEST: Unknown config operation 9.', 2, 't', [['retention.ms', 9, '1']]],
    ['BROKER_ID_NOT_REGISTERED: No node with id 9 found.', 4, '9', [['log.retention.ms', set, '1']]],
    ['INVALID_REQUEST: Broker id must be an integer, but it is: one', 4, 'one', [['log.retention.ms', set, '1']]],
    ['INVALID_REQUEST: Cannot update these configs dynamically: [node.id]', 4, '1', [['node.id', set, '1']]],
    [
      'INVALID_REQUEST: Cannot update these configs dynamically: [advertised.listeners]',
      4,
      '1',
      [['advertised.listeners', set, 'x']],
    ],
    [
      'INVALID_REQUEST: Cannot update these configs dynamically: [connections.max.idle.ms]',
      4,
      '1',
      [['connections.max.idle.ms', set, '5']],
    ],
    [
      'INVALID_REQUEST: Invalid value foo for configuration log.cleanup.policy: String must be one of: compact, delete',
      4,
      '',
      [['log.cleanup.policy', set, 'foo']],
    ],
    [
      'INVALID_REQUEST: Invalid value 0 for configuration min.insync.replicas: Value must be at least 1',
      4,
      '1',
      [['min.insync.replicas', set, '0']],
    ],
    [
      "INVALID_TOPIC_EXCEPTION: Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
      2,
      'a b',
      [['retention.ms', set, '1']],
    ],
    [
      'INVALID_CONFIG: consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms',
      32,
      'g',
      [['consumer.session.timeout.ms', set, '1']],
    ],
    [
      'INVALID_CONFIG: consumer.heartbeat.interval.ms must be less than or equal to group.consumer.max.heartbeat.interval.ms',
      32,
      'g',
      [['consumer.heartbeat.interval.ms', set, '16000']],
    ],
    ['INVALID_REQUEST: Unknown client metrics configuration: foo', 16, 'm', [['foo', set, 'x']]],
    [
      'INVALID_REQUEST: Invalid value soon for configuration log.retention.ms: Not a number of type LONG',
      4,
      '',
      [['log.retention.ms', set, 'soon']],
    ],
    ['INVALID_CONFIG: Unknown group config name: nonsense', 32, 'g', [['nonsense', set, '1']]],
    ['INVALID_REQUEST: The resource name must not be empty.', 32, '', [['consumer.session.timeout.ms', set, '1']]],
    [
      'INVALID_REQUEST: Invalid value 99 for configuration interval.ms: Value must be at least 100',
      16,
      'm',
      [['interval.ms', set, '99']],
    ],
    ['INVALID_CONFIG: Illegal client matching pattern: color=red', 16, 'm', [['match', set, 'client_id=a.*,color=red']]],
    ['INVALID_CONFIG: Illegal client matching pattern: client_id', 16, 'm', [['match', set, 'client_id']]],
    ['INVALID_CONFIG: Illegal client matching pattern: client_id=[', 16, 'm', [['match', set, 'client_id=[']]],
    ['INVALID_REQUEST: Unsupported resource type 3.', 3, 'x', [['retention.ms', set, '1']]],
  ])('%s', (expected, type, name, ops) => {
    const it = world()
    const { offset } = it.image
    expect(alter(it, type, name, ops)).toBe(expected)
    expect(it.image.offset).toBe(offset)
  })

  it('TEL-02: clients are matched by their attributes', () => {
    const it = world()
    const match = 'client_software_name=apache-kafka-java, client_source_port=9\\d+,client_id=(?i)shop-*+'
    expect(alter(it, 16, 'm', [['match', set, match]])).toBe('NONE')
  })

  it('each resource changes wholly or not at all, one named twice not at all', () => {
    const it = world()
    expect(
      alter(it, 2, 't', [
        ['segment.bytes', set, '2000000'],
        ['nonsense', set, '1'],
      ]),
    ).toContain('INVALID_CONFIG')
    expect(valuesOf(it.image, '2:t')).toEqual({ 'retention.ms': '5' })
    const one = { resourceType: 2, resourceName: 't', configs: [{ name: 'retention.ms', configOperation: 0, value: '9' }] }
    const { responses } = it.perform(decideIncrementalAlterConfigs, { resources: [one, one], validateOnly: false })
    expect(responses.map(told)).toEqual(Array(2).fill('INVALID_REQUEST: Each resource must appear at most once.'))
  })

  it('validateOnly, and what is already so, writes nothing', () => {
    const it = world()
    const { offset } = it.image
    expect(alter(it, 2, 't', [['segment.bytes', set, '2000000']], true)).toBe('NONE')
    expect(alter(it, 2, 't', [['retention.ms', set, '5']])).toBe('NONE')
    expect(it.image.offset).toBe(offset)
  })

  it('what is of one broker or listener has no value for all brokers; limits of listeners have', () => {
    const it = world()
    const forAll = 'Cannot update these configs at default cluster level, broker id must be specified'
    for (const [name, value] of [
      ['listeners', 'PLAINTEXT://:1'],
      ['listener.security.protocol.map', 'PLAINTEXT:PLAINTEXT'],
      ['cordoned.log.dirs', ''],
      ['listener.name.plaintext.ssl.keystore.password', 'x'],
    ] as const) {
      expect(alter(it, 4, '', [[name, set, value]])).toBe(`INVALID_REQUEST: ${forAll}: [${name}]`)
      expect(alter(it, 4, '1', [[name, set, value]], true)).toBe('NONE')
    }
    expect(alter(it, 4, '', [['listener.name.plaintext.max.connections', set, '5']], true)).toBe('NONE')
  })

  it('a node that is a controller alone has its own too', () => {
    const it = world()
    it.apply([
      {
        ...{ type: 'RegisterControllerRecord', controllerId: 9, incarnationId: `${'c'.repeat(20)}AA` },
        ...{ zkMigrationReady: false, endPoints: [], features: [] },
      },
    ])
    expect(alter(it, 4, '9', [['max.connections', set, '5']])).toBe('NONE')
  })

  it('brokers, all brokers and groups have their own', () => {
    const it = world()
    expect(alter(it, 4, '1', [['log.cleaner.backoff.ms', set, '5']])).toBe('NONE')
    expect(alter(it, 4, '', [['log.retention.ms', set, '7']])).toBe('NONE')
    expect(alter(it, 32, 'g', [['consumer.session.timeout.ms', set, '50000']])).toBe('NONE')
    expect(valuesOf(it.image, '4:1')).toEqual({ 'log.cleaner.backoff.ms': '5' })
    expect(valuesOf(it.image, '4:')).toMatchObject({ 'log.retention.ms': '7' })
    expect(valuesOf(it.image, '32:g')).toEqual({ 'consumer.session.timeout.ms': '50000' })
  })
})

describe('META-09: AlterConfigs', () => {
  it('replaces everything', () => {
    const it = world()
    const configs = [{ name: 'segment.bytes', value: '2000000' }]
    const request = { resources: [{ resourceType: 2, resourceName: 't', configs }], validateOnly: false }
    expect(told(it.perform(decideAlterConfigs, request).responses[0])).toBe('NONE')
    expect(valuesOf(it.image, '2:t')).toEqual({ 'segment.bytes': '2000000' })
  })
})

describe('QUO-07: AlterClientQuotas', () => {
  type Entity = readonly { entityType: string; entityName: string | null }[]
  const user = (entityName: string | null): Entity => [{ entityType: 'user', entityName }]
  const quota = (it: ControllerWorld, entity: Entity, key: string, value: number | null) => {
    const ops = [{ key, value: value ?? 0, remove: value === null }]
    return told(it.perform(decideClientQuotas, { entries: [{ entity, ops }], validateOnly: false }).entries[0])
  }

  it('sets and removes; the default is an entity of its own', () => {
    const it = world()
    expect(quota(it, user('a'), 'producer_byte_rate', 1000)).toBe('NONE')
    expect(quota(it, user(null), 'request_percentage', 12.5)).toBe('NONE')
    expect([...it.image.quotas.values()].map(each => [each.entity[0]?.entityName, Object.fromEntries(each.values)])).toEqual([
      ['a', { producer_byte_rate: 1000 }],
      [null, { request_percentage: 12.5 }],
    ])
    expect(quota(it, user('a'), 'producer_byte_rate', null)).toBe('NONE')
    expect(it.image.quotas.size).toBe(1)
  })

  it('a key that is named twice changes nothing', () => {
    const it = world()
    const ops = [5, 6].map(value => ({ key: 'producer_byte_rate', value, remove: false }))
    const request = { entries: [{ entity: user('a'), ops }], validateOnly: false }
    expect(it.perform(decideClientQuotas, request).entries.map(told)).toEqual([
      'INVALID_REQUEST: Duplicate quota key producer_byte_rate',
    ])
    expect(it.image.quotas.size).toBe(0)
  })

  it.each<[string, Entity, string, number]>([
    ['INVALID_REQUEST: Invalid configuration key nonsense', user('a'), 'nonsense', 1],
    ['INVALID_REQUEST: Quota producer_byte_rate must be greater than 0', user('a'), 'producer_byte_rate', -1],
    ['INVALID_REQUEST: Quota producer_byte_rate must be a whole number, but was 1.5', user('a'), 'producer_byte_rate', 1.5],
    [
      'INVALID_REQUEST: Invalid configuration key producer_byte_rate',
      [{ entityType: 'ip', entityName: '::1' }],
      'producer_byte_rate',
      1,
    ],
    [
      'INVALID_REQUEST: Unhandled client quota entity type: tribe',
      [{ entityType: 'tribe', entityName: 'a' }],
      'producer_byte_rate',
      1,
    ],
    ['INVALID_REQUEST: Invalid empty client quota entity', [], 'producer_byte_rate', 1],
    [
      'INVALID_REQUEST: not an ip at all is not a valid IP or resolvable host.',
      [{ entityType: 'ip', entityName: 'not an ip at all' }],
      'connection_creation_rate',
      1,
    ],
    [
      'INVALID_REQUEST: Invalid quota entity combination: ip stands alone',
      [
        { entityType: 'ip', entityName: '::1' },
        { entityType: 'user', entityName: 'a' },
      ],
      'producer_byte_rate',
      1,
    ],
  ])('%s', (expected, entity, key, value) => expect(quota(world(), entity, key, value)).toBe(expected))
})
