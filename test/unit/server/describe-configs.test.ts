import { describe, expect, it } from 'vitest'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../../broker-core/protocol/api.ts'
import { describeConfigs } from '../../../broker-core/protocol/messages/32-describe-configs.ts'
import { listConfigResources } from '../../../broker-core/protocol/messages/74-list-config-resources.ts'
import { brokerValue, topicConfigInForce, type BrokerLayers } from '../../../broker-core/server/config-layers.ts'
import { describeConfigsHandler } from '../../../broker-core/server/handlers/32-describe-configs.ts'
import { listConfigResourcesHandler } from '../../../broker-core/server/handlers/74-list-config-resources.ts'
import { contextOf, imageOf, topicOf } from './images.ts'

const configs = new Map<string, ReadonlyMap<string, string>>([
  ['2:a', new Map([['retention.ms', '111']])],
  [
    '4:',
    new Map([
      ['log.retention.ms', '222'],
      ['message.max.bytes', '2000'],
    ]),
  ],
  ['4:1', new Map([['message.max.bytes', '1000']])],
  ['32:g', new Map([['consumer.session.timeout.ms', '50000']])],
  ['16:metrics', new Map([['interval.ms', '1000']])],
])
const image = imageOf([topicOf('a', 'AAAAAAAAAAAAAAAAAAAAAw', []), topicOf('b', 'AAAAAAAAAAAAAAAAAAAABA', [])], { configs })
const given = new Map([
  ['log.retention.hours', '1'],
  ['min.insync.replicas', '2'],
])
const layers: BrokerLayers = { nodeId: 1, given, image: () => image }

type Resource = RequestOf<typeof describeConfigs>['resources'][number]
function ask(resource: Partial<Resource>, version = 4) {
  const request = {
    resources: [{ resourceType: 2, resourceName: 'a', configurationKeys: null, ...resource }],
    includeSynonyms: true,
    includeDocumentation: true,
  }
  const answer = describeConfigsHandler(layers).handle(request, contextOf(version)) as ResponseOf<typeof describeConfigs>
  const [result] = answer.results
  if (result === undefined) throw new Error('no result')
  const entry = (name: string) => result.configs.find(config => config.name === name)
  return { result, entry, error: errorName(result.errorCode) }
}

describe('the layers of configuration', () => {
  it("META-08: a topic's own value wins over the broker's, dynamic over static, static over built in", () => {
    expect(topicConfigInForce(layers, 'a')).toMatchObject({
      'retention.ms': '111',
      'min.insync.replicas': '2',
      'max.message.bytes': '1000',
    })
    expect(topicConfigInForce(layers, 'b')).toMatchObject({ 'retention.ms': '222', 'segment.ms': '604800000' })
    expect(brokerValue(layers, 'message.max.bytes')).toBe('1000')
    expect(brokerValue({ ...layers, nodeId: 2 }, 'message.max.bytes')).toBe('2000')
    expect(brokerValue(layers, 'broker.rack')).toBeNull()
  })

  it('hours in server.properties are milliseconds in the topic', () => {
    const plain = { ...layers, image: () => imageOf([]) }
    expect(topicConfigInForce(plain, 'x')['retention.ms']).toBe('3600000')
    expect(topicConfigInForce({ ...plain, given: new Map([['log.retention.hours', '-1']]) }, 'x')['retention.ms']).toBe('-1')
  })
})

describe('DescribeConfigs', () => {
  it('META-08: entries have value, source, type, doc and synonyms', () => {
    expect(ask({}).entry('retention.ms')).toMatchObject({ value: '111', configSource: 1, configType: 5, isSensitive: false })
    expect(
      ask({})
        .entry('retention.ms')
        ?.synonyms.map(one => [one.name, one.value, one.source]),
    ).toEqual([
      ['retention.ms', '111', 1],
      ['log.retention.ms', '222', 3],
      ['log.retention.hours', '1', 4],
      ['log.retention.hours', '168', 5],
    ])
    expect(ask({}).entry('retention.ms')?.documentation).toMatch(/segments/)
    expect(ask({}).entry('max.message.bytes')).toMatchObject({ value: '1000', configSource: 2 })
    expect(ask({}).entry('min.insync.replicas')).toMatchObject({ value: '2', configSource: 4 })
    expect(ask({}).entry('cleanup.policy')).toMatchObject({ value: 'delete', configSource: 5 })
  })

  it('META-08: only the keys asked for', () => {
    const { result } = ask({ configurationKeys: ['retention.ms', 'no.such'] })
    expect(result.configs.map(config => config.name)).toEqual(['retention.ms'])
    expect(ask({ configurationKeys: [] }).result.configs.length, 'none named: all').toBe(ask({}).result.configs.length)
  })

  it('META-08: this broker, the defaults of all brokers, groups, client metrics', () => {
    expect(ask({ resourceType: 4, resourceName: '1' }).entry('message.max.bytes')).toMatchObject({
      value: '1000',
      configSource: 2,
    })
    expect(ask({ resourceType: 4, resourceName: '1' }).entry('node.id')).toMatchObject({ readOnly: true })
    expect(ask({ resourceType: 4, resourceName: '' }).result.configs.map(config => config.name)).toEqual([
      'log.retention.ms',
      'message.max.bytes',
    ])
    expect(ask({ resourceType: 32, resourceName: 'g' }).entry('consumer.session.timeout.ms')).toMatchObject({
      value: '50000',
      configSource: 8,
    })
    expect(ask({ resourceType: 16, resourceName: 'metrics' }).entry('interval.ms')).toMatchObject({ configSource: 7 })
  })

  it('META-08: a group and a subscription have everything they can have, by default what the broker says', () => {
    const group = ask({ resourceType: 32, resourceName: 'g' })
    expect(group.entry('consumer.session.timeout.ms')).toMatchObject({
      ...{ value: '50000', configSource: 8, configType: 3 },
      synonyms: [
        { name: 'consumer.session.timeout.ms', value: '50000', source: 8 },
        { name: 'group.consumer.session.timeout.ms', value: '45000', source: 5 },
      ],
    })
    expect(group.entry('share.isolation.level')).toMatchObject({ value: 'read_uncommitted', configSource: 5, configType: 2 })
    expect(ask({ resourceType: 32, resourceName: 'nobody' }).entry('consumer.heartbeat.interval.ms')).toMatchObject({
      ...{ value: '5000', configSource: 5 },
      synonyms: [{ name: 'group.consumer.heartbeat.interval.ms', value: '5000', source: 5 }],
    })
    const metrics = ask({ resourceType: 16, resourceName: 'nothing' }).result.configs
    expect(metrics.map(({ name, value, configSource }) => [name, value, configSource])).toEqual([
      ['metrics', '', 5],
      ['match', '', 5],
      ['interval.ms', '300000', 5],
    ])
    for (const resourceType of [16, 32]) expect(ask({ resourceType, resourceName: '' }).error).toBe('INVALID_REQUEST')
  })

  it('META-08: what nobody knows may be a secret, and is not shown', () => {
    const secret = new Map([['4:', new Map([['my.plugin.password', 'secret']])]])
    const own = { ...layers, image: () => imageOf([], { configs: secret }) }
    const resources = [{ resourceType: 4, resourceName: '', configurationKeys: null }]
    const request = { resources, includeSynonyms: true, includeDocumentation: false }
    const answer = describeConfigsHandler(own).handle(request, contextOf(4)) as ResponseOf<typeof describeConfigs>
    expect(answer.results[0]?.configs).toMatchObject([
      {
        ...{ name: 'my.plugin.password', value: null, isSensitive: true, readOnly: true, configType: 0 },
        synonyms: [{ name: 'my.plugin.password', value: null, source: 3 }],
      },
    ])
  })

  it('META-08: what cannot be described has its error', () => {
    expect(ask({ resourceName: 'nothing' }).error).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(ask({ resourceName: 'no/name' }).error).toBe('INVALID_TOPIC_EXCEPTION')
    expect(ask({ resourceType: 4, resourceName: '2' }).result).toMatchObject({
      errorMessage: 'Unexpected broker id, expected 1 or empty string, but received 2',
    })
    expect(ask({ resourceType: 4, resourceName: '2' }).error).toBe('INVALID_REQUEST')
    expect(ask({ resourceType: 99 }).error).toBe('INVALID_REQUEST')
  })
})

describe('ListConfigResources', () => {
  const list = (resourceTypes: readonly number[], version = 1) => {
    const answer = listConfigResourcesHandler({ image: () => image }).handle({ resourceTypes }, contextOf(version))
    const { errorCode, configResources } = answer as ResponseOf<typeof listConfigResources>
    return { error: errorName(errorCode), found: configResources.map(one => `${one.resourceType}:${one.resourceName}`) }
  }

  it('KIP-1142: names of all types, or of those asked for; version 0 knows client metrics only', () => {
    expect(list([2]).found).toEqual(['2:a', '2:b'])
    expect(list([4]).found).toEqual(['4:1', '4:2', '4:3'])
    expect(list([]).found).toEqual(expect.arrayContaining(['2:a', '4:1', '8:1', '16:metrics', '32:g']))
    expect(list([2, 4], 0).found).toEqual(['16:metrics'])
    expect(list([77]).error).toBe('UNSUPPORTED_VERSION')
  })
})
