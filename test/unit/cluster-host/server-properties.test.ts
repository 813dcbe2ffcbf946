import { describe, expect, it } from 'vitest'
import { ownProperties } from '../../../src-main/cluster-host/cluster-shape.ts'
import { serverPropertyDocs } from '../../../src-main/cluster-host/server-property-docs.ts'
import { serverProperties, serverPropertiesProblem } from '../../../src-main/cluster-host/server-properties.ts'
import { chosenAfter, serverPropertyViews } from '../../../src-main/workbench/local/server-properties.ts'

const shape = {
  ...{ clusterId: 'AAAAAAAAAAAAAAAAAAAAAA', host: '127.0.0.1', ports: [9092], controllerPorts: [29_092], added: [] },
  dataDirectory: '/data',
  chosen: { 'num.partitions': '3', 'log.retention.ms': '1000' },
  overrides: { 'log.retention.ms': '2000' },
}

describe('server properties of the settings', () => {
  it('are those of the brokers, each with words on it, and none that tells the brokers apart', () => {
    const names = serverProperties.map(property => property.name)
    expect(names).toEqual(expect.arrayContaining(['num.partitions', 'log.segment.bytes', 'group.initial.rebalance.delay.ms']))
    expect(names.filter(name => ownProperties.includes(name))).toEqual([])
    expect(serverProperties.filter(property => property.documentation.length < 20)).toEqual([])
    // Words on what no broker knows, or what a topic setting describes already, would never be read.
    expect(Object.keys(serverPropertyDocs).filter(name => !names.includes(name))).toEqual([])
  })

  it('have the bounds and choices of the topic settings that they are the defaults of', () => {
    const byName = new Map(serverProperties.map(property => [property.name, property]))
    expect(byName.get('log.cleanup.policy')).toMatchObject({ type: 'list', choices: ['compact', 'delete'] })
    expect(byName.get('log.cleaner.min.cleanable.ratio')).toMatchObject({ type: 'double', minimum: 0, maximum: 1 })
    expect(byName.get('log.cleaner.min.cleanable.ratio')?.documentation).toContain('min.cleanable.dirty.ratio')
  })

  it.each([
    [{ 'num.partitions': '3' }, undefined],
    [{ 'node.id': '7' }, 'node.id is no server property that can be set here'],
    [{ 'made.up': 'x' }, 'made.up is no server property that can be set here'],
    [{ 'log.cleanup.policy': 'shred' }, expect.stringContaining('cleanup.policy')],
    [{ 'log.segment.bytes': '-5' }, expect.stringContaining('segment.bytes')],
    [{ 'max.connections': '-1' }, 'max.connections: at least 0'],
    [
      { 'log.cleaner.min.compaction.lag.ms': '9', 'log.cleaner.max.compaction.lag.ms': '8' },
      expect.stringContaining('min.compaction.lag.ms > max.compaction.lag.ms'),
    ],
  ])('are judged together: %j', (values, problem) => {
    expect(serverPropertiesProblem(values as Record<string, string>)).toEqual(problem)
  })

  it('say with which value a broker starts, and whose it is', () => {
    const views = new Map(serverPropertyViews(shape).map(view => [view.name, view]))
    expect(views.get('num.partitions')).toMatchObject({ value: '3', source: 'settings', defaultValue: '1' })
    expect(views.get('log.retention.ms')).toMatchObject({ value: '2000', source: 'command-line' })
    expect(views.get('default.replication.factor')).toMatchObject({ value: '1', source: 'app' })
    expect(views.get('log.retention.hours')).toMatchObject({ value: '168', source: 'default' })
  })

  it('are changed by name; what the command line says is not', () => {
    expect(chosenAfter(shape, { 'message.max.bytes': '9' }, ['num.partitions'])).toEqual({
      'log.retention.ms': '1000',
      'message.max.bytes': '9',
    })
    expect(() => chosenAfter(shape, { 'log.retention.ms': '5' }, [])).toThrow('log.retention.ms is given on the command line')
  })
})
