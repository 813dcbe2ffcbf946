import { describe, expect, it } from 'vitest'
import { FailureError } from '../../../src-main/contract/failure.ts'
import { clusterHost, stateOf } from '../../../src-main/cluster-host/cluster-host.ts'
import type { BrokerHandle } from '../../../src-main/cluster-host/broker-runner.ts'
import { nodeProperties } from '../../../src-main/cluster-host/cluster-shape.ts'

const shape = {
  clusterId: 'AAAAAAAAAAAAAAAAAAAAAA',
  host: '127.0.0.1',
  ports: [9092, 9093, 9094],
  controllerPorts: [29_092, 29_093, 29_094],
  dataDirectory: '/data',
  overrides: { 'log.segment.bytes': '1048576', 'node.id': '9' },
}

/** A broker whose moments the test decides. */
function brokerByHand() {
  let serve!: () => void
  let end!: (ended: { failure: string | undefined }) => void
  let fail!: (error: Error) => void
  const ready = new Promise<void>((resolve, reject) => {
    serve = resolve
    fail = reject
  })
  ready.catch(() => undefined)
  const ended = new Promise<{ failure: string | undefined }>(resolve => {
    end = resolve
  })
  const handle: BrokerHandle = {
    ready,
    ended,
    stop: async () => end({ failure: undefined }),
    kill: async () => end({ failure: undefined }),
    delayMs: () => Promise.resolve(1),
  }
  return { handle, serve, end, fail }
}

function host() {
  const brokers = new Map<string, ReturnType<typeof brokerByHand>[]>()
  const cluster = clusterHost({
    shape,
    run: properties => {
      const broker = brokerByHand()
      const id = properties.get('node.id') as string
      brokers.set(id, [...(brokers.get(id) ?? []), broker])
      return broker.handle
    },
    told: () => undefined,
    nowMs: () => 0,
  })
  return { cluster, brokers }
}

const states = (cluster: ReturnType<typeof host>['cluster']) => cluster.view.value.brokers.map(broker => broker.state)

describe('the embedded cluster', () => {
  it('serves when every broker serves', async () => {
    const { cluster, brokers } = host()
    const started = cluster.start()
    expect(cluster.view.value.state).toBe('starting')
    for (const [broker] of brokers.values()) broker?.serve()
    await started
    expect(cluster.view.value).toMatchObject({ state: 'running', bootstrap: '127.0.0.1:9092,127.0.0.1:9093,127.0.0.1:9094' })
  })

  it('names the reason of a broker that breaks, and leaves the others alone', async () => {
    const { cluster, brokers } = host()
    const started = cluster.start()
    for (const [broker] of brokers.values()) broker?.serve()
    await started
    brokers.get('2')?.[0]?.end({ failure: 'disk full' })
    await brokers.get('2')?.[0]?.handle.ended
    await Promise.resolve()
    expect(states(cluster)).toEqual(['running', 'failed', 'running'])
    expect(cluster.view.value.failure).toBe('disk full')
    const again = cluster.broker(2).start()
    brokers.get('2')?.[1]?.serve()
    await again
    expect(states(cluster)).toEqual(['running', 'running', 'running'])
  })

  it('rejects the start with the reason of the broker that did not', async () => {
    const { cluster, brokers } = host()
    const started = cluster.start()
    brokers.get('1')?.[0]?.fail(new Error('bad property'))
    brokers.get('1')?.[0]?.end({ failure: 'bad property' })
    await expect(started).rejects.toThrow('bad property')
  })

  it('refuses to start what runs and to kill what does not', async () => {
    const { cluster, brokers } = host()
    await expect(cluster.broker(1).kill()).rejects.toThrow(FailureError)
    const started = cluster.broker(1).start()
    await expect(cluster.broker(1).start()).rejects.toThrow(/it cannot be started/)
    brokers.get('1')?.[0]?.serve()
    await started
    expect(() => cluster.broker(7)).toThrow(/no local broker 7/)
  })
})

it('one word for the cluster: the most telling of its brokers', () => {
  expect(stateOf(['running', 'failed', 'stopped'])).toBe('running')
  expect(stateOf(['failed', 'stopped'])).toBe('failed')
  expect(stateOf([])).toBe('stopped')
})

it("a person's overrides never replace what tells the brokers apart", () => {
  const properties = nodeProperties(shape, 2)
  expect(properties.get('node.id')).toBe('2')
  expect(properties.get('log.segment.bytes')).toBe('1048576')
  expect(properties.get('log.dirs')).toBe('/data/broker-2')
  expect(properties.get('controller.quorum.voters')).toBe('1@127.0.0.1:29092,2@127.0.0.1:29093,3@127.0.0.1:29094')
})
