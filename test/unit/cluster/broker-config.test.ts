import { describe, expect, it } from 'vitest'
import {
  brokerConfig,
  ConfigError,
  configBoolean,
  configNumber,
  configValue,
  parseProperties,
} from '../../../broker-core/cluster/broker-config.ts'
import { controllerDefaults, inFinestUnits } from '../../../broker-core/cluster/static-defaults.ts'

const complete = {
  'node.id': '2',
  listeners: 'PLAINTEXT://127.0.0.1:9093,CONTROLLER://127.0.0.1:29093',
  'controller.quorum.voters': '1@127.0.0.1:29092,2@127.0.0.1:29093',
  'log.dirs': '/data/a, /data/b',
}
function configOf(more: Record<string, string> = {}, without: readonly string[] = []) {
  const warnings: string[] = []
  const properties = new Map(Object.entries({ ...complete, ...more }).filter(([name]) => !without.includes(name)))
  return { config: brokerConfig(properties, warning => warnings.push(warning)), warnings }
}

describe('server.properties', () => {
  it('is read as a Java properties file', () => {
    const text = '# comment\n! comment\nnode.id=1\nlisteners : A://h:1\nlog.dirs = /a,\\\n    /b\nempty=\n\r\nbroker.rack=a=b\r\n'
    expect([...parseProperties(text)]).toEqual([
      ['node.id', '1'],
      ['listeners', 'A://h:1'],
      ['log.dirs', '/a,/b'],
      ['empty', ''],
      ['broker.rack', 'a=b'],
    ])
  })

  it('gives listeners, voters and directories', () => {
    const { config, warnings } = configOf()
    expect(config).toMatchObject({
      nodeId: 2,
      listener: { name: 'PLAINTEXT', host: '127.0.0.1', port: 9093 },
      controllerListener: { name: 'CONTROLLER', host: '127.0.0.1', port: 29093 },
      advertised: { name: 'PLAINTEXT', host: '127.0.0.1', port: 9093 },
      logDirectories: ['/data/a', '/data/b'],
      rack: null,
      clusterId: undefined,
    })
    expect(config.voters).toEqual([
      { nodeId: 1, host: '127.0.0.1', port: 29092 },
      { nodeId: 2, host: '127.0.0.1', port: 29093 },
    ])
    expect(warnings).toEqual([])
  })

  it('advertises what it is told to, by the name of the listener', () => {
    const { config } = configOf({ 'advertised.listeners': 'PLAINTEXT://example.org:19093' })
    expect(config.advertised).toMatchObject({ host: 'example.org', port: 19093 })
  })

  it('understands older names and warns of those it does not know, once each, without failing', () => {
    const { config, warnings } = configOf({ 'broker.id': '2', 'zookeeper.connect': 'zk:2181', 'no.such.name': '1' }, ['node.id'])
    expect(config.nodeId).toBe(2)
    expect(warnings.length).toBe(2)
    expect(warnings.join()).toMatch(/zookeeper\.connect.*no\.such\.name/)
  })

  it('refuses what no broker can start with, by name', () => {
    for (const [properties, problem] of [
      [{ 'node.id': 'two' }, /node\.id/],
      [{ 'node.id': '-1' }, /node\.id/],
      [{ listeners: 'nonsense' }, /listeners/],
      [{ listeners: 'PLAINTEXT://h:70000' }, /listeners/],
      [{ listeners: 'CONTROLLER://h:1' }, /listener/],
      [{ 'controller.quorum.voters': 'x' }, /controller\.quorum\.voters/],
      [{ 'num.partitions': 'many' }, /num\.partitions/],
      [{ 'auto.create.topics.enable': 'perhaps' }, /auto\.create\.topics\.enable/],
      [{ 'log.dirs': ' , ' }, /log\.dirs/],
    ] as const) {
      expect(() => configOf(properties), JSON.stringify(properties)).toThrow(problem)
      expect(() => configOf(properties)).toThrow(ConfigError)
    }
    const observer = { 'process.roles': 'broker', 'node.id': '9', 'controller.quorum.auto.join.enable': 'true' }
    expect(() => configOf(observer)).toThrow(/controller\.quorum\.auto\.join\.enable needs a controller/)
    expect(() => configOf({}, ['node.id'])).toThrow(/node\.id is missing/)
  })

  it("has Kafka's defaults for what is not said", () => {
    const { config } = configOf({ 'num.partitions': '7' })
    expect(configNumber(config, 'num.partitions')).toBe(7)
    expect(configNumber(config, 'replica.lag.time.max.ms')).toBe(30_000)
    expect(configNumber(config, 'fetch.max.bytes')).toBe(57_671_680)
    expect(configNumber(config, 'max.incremental.fetch.session.cache.slots')).toBe(1_000)
    expect(configBoolean(config, 'auto.create.topics.enable')).toBe(true)
    expect(configValue(config, 'log.retention.ms')).toBe('')
  })
})

describe('what the controller takes from it', () => {
  it('times in hours and minutes become those in milliseconds, unless a finer one is given', () => {
    const given = (more: Record<string, string>) => inFinestUnits(new Map(Object.entries(more)))
    expect(given({ 'log.retention.hours': '2' })['log.retention.ms']).toBe('7200000')
    expect(given({ 'log.retention.hours': '2', 'log.retention.minutes': '1' })['log.retention.ms']).toBe('60000')
    expect(given({ 'log.retention.hours': '2', 'log.retention.ms': '5' })['log.retention.ms']).toBe('5')
    expect(given({ 'log.retention.hours': '-1' })['log.retention.ms']).toBe('-1')
    expect(given({ 'log.roll.hours': '1' })['log.roll.ms']).toBe('3600000')
    expect(given({})['log.retention.ms']).toBeUndefined()
  })

  it('LEAD-02: no balancing of leaders when it is switched off', () => {
    expect(controllerDefaults(configOf().config).leaderBalanceIntervalMs).toBe(300_000)
    expect(
      controllerDefaults(configOf({ 'auto.leader.rebalance.enable': 'false' }).config).leaderBalanceIntervalMs,
    ).toBeUndefined()
  })
})
