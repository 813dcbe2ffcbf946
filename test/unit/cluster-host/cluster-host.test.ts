import { describe, expect, it } from 'vitest'
import { FailureError } from '../../../src-main/contract/failure.ts'
import { clusterHost, stateOf } from '../../../src-main/cluster-host/cluster-host.ts'
import type { BrokerHandle, RunBroker } from '../../../src-main/cluster-host/broker-runner.ts'
import { nodeProperties } from '../../../src-main/cluster-host/cluster-shape.ts'
import type { AddedBroker } from '../../../src-main/cluster-host/cluster-shape.ts'

const shape = {
  clusterId: 'AAAAAAAAAAAAAAAAAAAAAA',
  host: '127.0.0.1',
  ports: [9092, 9093, 9094],
  controllerPorts: [29_092, 29_093, 29_094],
  added: [] as readonly AddedBroker[],
  dataDirectory: '/data',
  overrides: { 'log.segment.bytes': '1048576', 'node.id': '9' },
}

/** A broker whose moments the test decides. */
function brokerByHand(told: Parameters<RunBroker>[1], recovering: Parameters<RunBroker>[2]) {
  let serve!: () => void
  let end!: (ended: { failure: string | undefined }) => void
  let fail!: (error: Error) => void
  const ready = new Promise<void>((resolve, reject) => {
    serve = resolve
    fail = reject
  })
  ready.catch(() => undefined)
  let isRunning = true
  const ended = new Promise<{ failure: string | undefined }>(resolve => {
    end = outcome => {
      isRunning = false
      resolve(outcome)
    }
  })
  const handle: BrokerHandle = {
    ready,
    ended,
    stop: async () => end({ failure: undefined }),
    kill: async () => end({ failure: undefined }),
    delayMs: () => Promise.resolve(1),
  }
  return { handle, serve, end, fail, told, recovering, runs: () => isRunning }
}

function host(added: readonly AddedBroker[] = []) {
  const deeds: string[] = []
  const clock = { nowMs: 0 }
  const renewal: { problem: string | undefined } = { problem: undefined }
  const brokers = new Map<string, ReturnType<typeof brokerByHand>[]>()
  const cluster = clusterHost({
    shape: { ...shape, added },
    run: (properties, told, recovering) => {
      const broker = brokerByHand(told, recovering)
      const id = properties.get('node.id') as string
      brokers.set(id, [...(brokers.get(id) ?? []), broker])
      return broker.handle
    },
    told: (brokerId, { event, fields }) => void deeds.push(`${brokerId} ${event} ${fields['detail'] ?? ''}`),
    nowMs: () => clock.nowMs,
    files: {
      has: brokerId => brokerId === 5,
      remove: async (brokerId, what) => void deeds.push(`remove ${what} of ${brokerId}`),
    },
    freePort: async present => Math.max(...present.ports, ...present.added.map(broker => broker.port)) + 1,
    keepChosen: ({ chosen }) => void deeds.push(`keep ${JSON.stringify(chosen)}`),
    renew: async present => {
      deeds.push(`renew while ${[...brokers.values()].flat().filter(it => it.runs()).length} run`)
      if (renewal.problem !== undefined) throw new Error(renewal.problem)
      return { ...present, clusterId: `${present.clusterId}2`, added: [] }
    },
    remember: now => void deeds.push(`remember ${now.map(({ brokerId, port }) => `${brokerId}@${port}`).join()}`),
  })
  const startAll = async () => {
    const started = cluster.start()
    for (const [broker] of brokers.values()) broker?.serve()
    await started
  }
  /** Serves as soon as it is there. */
  const serveWhenThere = async (brokerId: number) => {
    while (brokers.get(String(brokerId))?.at(-1) === undefined) await Promise.resolve()
    brokers.get(String(brokerId))?.at(-1)?.serve()
  }
  return { brokers, clock, cluster, deeds, renewal, serveWhenThere, startAll }
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

  it('DISK-31: shows how far a broker has recovered while the others serve, and tells of a long recovery once', async () => {
    const { brokers, clock, cluster, deeds, serveWhenThere } = host()
    const started = cluster.start()
    await serveWhenThere(1)
    await serveWhenThere(3)
    const second = brokers.get('2')?.[0]
    const recovered = (doneBytes: number, directory = '/data/a') =>
      second?.recovering({ directory, doneBytes, totalBytes: 3_400_000_000, partition: 'orders-3' })
    recovered(0)
    await Promise.resolve()
    expect(states(cluster)).toEqual(['running', 'starting', 'running'])
    expect(cluster.view.value.brokers[1]?.recovery).toEqual({ doneBytes: 0, totalBytes: 3_400_000_000, partition: 'orders-3' })
    for (clock.nowMs of [500, 1_200, 1_400, 2_500]) recovered(clock.nowMs * 1_000_000)
    expect(deeds).toEqual(['2 broker.recovering checking 3.4 GB after an unclean stop, 35 % done'])
    recovered(0, '/data/b')
    expect(cluster.view.value.brokers[1]?.recovery).toMatchObject({ doneBytes: 2_500_000_000, totalBytes: 6_800_000_000 })
    second?.serve()
    await started
    expect(cluster.view.value.brokers.map(broker => broker.recovery)).toEqual([null, null, null])
    recovered(1)
    expect(cluster.view.value.brokers[1]?.recovery, 'late words of a start that is over').toBeNull()
  })

  it('CLEAN-10: keeps what is compacted no more until the broker is started again', async () => {
    const { brokers, cluster, startAll, serveWhenThere } = host()
    await startAll()
    const tell = (partition: string) =>
      brokers
        .get('1')?.[0]
        ?.told({ level: 'error', event: 'log.uncleanable', fields: { partition, error: 'CorruptRecords: CRC' } })
    for (const partition of ['orders-3', 'orders-3', 'bills-0']) tell(partition)
    const kept = () => cluster.view.value.brokers[0]?.uncleanable
    expect(kept()?.map(one => one.partition)).toEqual(['orders-3', 'bills-0'])
    expect(kept()?.[0]?.error).toBe('CorruptRecords: CRC')
    for (let i = 0; i < 200; i++) tell(`many-${i}`)
    expect(kept()?.length).toBe(100)
    await cluster.broker(1).stop(1_000)
    const again = cluster.broker(1).start()
    await serveWhenThere(1)
    await again
    expect(kept()).toEqual([])
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

describe('members that come and go', () => {
  it('a broker is remembered, gets the next id without files of another, its own port, and serves', async () => {
    const { cluster, deeds, serveWhenThere, startAll } = host()
    await startAll()
    const [fourth] = await Promise.all([cluster.members.add(null), serveWhenThere(4)])
    const [sixth] = await Promise.all([cluster.members.add(null), serveWhenThere(6)])
    expect(fourth).toMatchObject({ brokerId: 4, port: 9095, isVoter: false, state: 'running' })
    expect(sixth).toMatchObject({ brokerId: 6, port: 9096 })
    expect(deeds).toEqual(['remember 4@9095', 'remember 4@9095,6@9096'])
    expect(cluster.bootstrap).toBe('127.0.0.1:9092,127.0.0.1:9093,127.0.0.1:9094,127.0.0.1:9095,127.0.0.1:9096')
  })

  it('two that are asked for at once get two ids', async () => {
    const { cluster, serveWhenThere, startAll } = host()
    await startAll()
    const both = await Promise.all([cluster.members.add(null), cluster.members.add(7), serveWhenThere(4), serveWhenThere(7)])
    expect([both[0].port, both[1].port]).toEqual([9095, 9096])
  })

  it('one is refused without a running majority, with an id that is there, and beyond nine', async () => {
    const { cluster, deeds, startAll } = host()
    await expect(cluster.members.add(null)).rejects.toThrow(/majority of the voters/)
    await startAll()
    await expect(cluster.members.add(3)).rejects.toThrow(/there is a broker 3 already/)
    await expect(cluster.members.add(5)).rejects.toThrow(/files of an earlier broker 5/)
    const full = host(Array.from({ length: 6 }, (_, index) => ({ brokerId: 10 + index, port: 9100 + index })))
    await full.startAll()
    await expect(full.cluster.members.add(null)).rejects.toThrow(/at most 9 brokers/)
    expect([...deeds, ...full.deeds]).toEqual([])
  })

  it('one that does not start stays with its reason', async () => {
    const { brokers, cluster, startAll } = host()
    await startAll()
    const added = cluster.members.add(null)
    while (brokers.get('4') === undefined) await Promise.resolve()
    brokers.get('4')?.[0]?.end({ failure: 'disk full' })
    brokers.get('4')?.[0]?.fail(new Error('disk full'))
    await expect(added).rejects.toThrow('broker 4 did not start: disk full')
    expect(states(cluster)).toEqual(['running', 'running', 'running', 'failed'])
  })

  it('one is forgotten when it is stopped; a voter never is', async () => {
    const { cluster, deeds, startAll } = host([{ brokerId: 4, port: 9095 }])
    await startAll()
    await expect(cluster.members.forget(4)).rejects.toThrow(/broker 4 is running/)
    await cluster.broker(4).stop(0)
    await cluster.members.forget(4)
    expect(deeds).toEqual(['remember ', 'remove all of 4'])
    expect(cluster.view.value.brokers.map(broker => broker.brokerId)).toEqual([1, 2, 3])
    await cluster.broker(1).stop(0)
    await expect(cluster.members.forget(1)).rejects.toThrow(/voter/)
  })

  it('an emptied voter keeps what the quorum rests on, others nothing', async () => {
    const { cluster, deeds, startAll } = host([{ brokerId: 4, port: 9095 }])
    await startAll()
    await expect(cluster.members.empty(1)).rejects.toThrow(/broker 1 is running/)
    for (const brokerId of [1, 4]) {
      await cluster.broker(brokerId).stop(0)
      await cluster.members.empty(brokerId)
    }
    expect(deeds).toEqual(['remove replicas of 1', 'remove all of 4'])
  })
})

describe('server properties from the settings', () => {
  it('are for the next start of each broker; which run with others is told', async () => {
    const { cluster, brokers, deeds, startAll, serveWhenThere } = host()
    await startAll()
    expect(cluster.runningWithOthers()).toEqual([])
    cluster.choose({ 'num.partitions': '3', 'log.segment.bytes': '7' })
    expect(deeds).toEqual(['keep {"num.partitions":"3","log.segment.bytes":"7"}'])
    expect(cluster.runningWithOthers()).toEqual([1, 2, 3])
    brokers.clear()
    const restarted = cluster.restartBroker(2)
    await serveWhenThere(2)
    await restarted
    expect(cluster.runningWithOthers()).toEqual([1, 3])
    cluster.choose({})
    expect(cluster.runningWithOthers()).toEqual([2])
    const properties = nodeProperties(
      { ...shape, chosen: { 'num.partitions': '3', 'log.segment.bytes': '7', 'node.id': '8' } },
      2,
    )
    expect(properties.get('num.partitions')).toBe('3')
    // The command line wins, and what tells the brokers apart above all.
    expect(properties.get('log.segment.bytes')).toBe('1048576')
    expect(properties.get('node.id')).toBe('2')
  })
})

describe('a reset of the embedded cluster', () => {
  it('stops all brokers, lets their files go, and starts the voters as another cluster', async () => {
    const { cluster, deeds, brokers, startAll, serveWhenThere } = host([{ brokerId: 4, port: 9095 }])
    await startAll()
    brokers.clear()
    const reset = cluster.reset()
    const meanwhile = [cluster.reset(), cluster.start()]
    expect(() => cluster.broker(1)).toThrow('the data directory is being reset')
    expect(() => cluster.members).toThrow('the data directory is being reset')
    for (const one of meanwhile) await expect(one).rejects.toThrow('the data directory is being reset')
    for (const brokerId of [1, 2, 3]) await serveWhenThere(brokerId)
    await reset
    expect(deeds).toEqual(['renew while 0 run'])
    expect(states(cluster)).toEqual(['running', 'running', 'running'])
    expect(cluster.shape.clusterId).toBe(`${shape.clusterId}2`)
    expect(() => cluster.broker(4)).toThrow('there is no local broker 4')
  })

  it('starts nothing where files could not be removed, until it is done again', async () => {
    const { cluster, brokers, renewal, startAll, serveWhenThere } = host()
    await startAll()
    renewal.problem = 'EACCES: permission denied'
    const failure = await cluster.reset().catch((error: FailureError) => error.failure)
    expect(failure).toMatchObject({ code: 'REFUSED', message: expect.stringContaining('no broker runs: EACCES') })
    expect(states(cluster)).toEqual(['stopped', 'stopped', 'stopped'])
    await expect(cluster.start()).rejects.toThrow('has not come to its end')
    expect(() => cluster.broker(1)).toThrow('has not come to its end')
    renewal.problem = undefined
    brokers.clear()
    const again = cluster.reset()
    for (const brokerId of [1, 2, 3]) await serveWhenThere(brokerId)
    await again
    expect(states(cluster)).toEqual(['running', 'running', 'running'])
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

it('KIP-853: voters with directories are those of the log; addresses are where to ask for them', () => {
  const dynamic = { ...shape, voterDirectoryIds: ['A', 'B', 'C'].map(letter => letter.repeat(22)) }
  for (const nodeId of [1, 2, 3]) {
    const properties = nodeProperties(dynamic, nodeId)
    expect(properties.has('controller.quorum.voters')).toBe(false)
    expect(properties.get('controller.quorum.bootstrap.servers')).toBe('127.0.0.1:29092,127.0.0.1:29093,127.0.0.1:29094')
  }
})

it('a broker that was added is no controller, and knows the voters', () => {
  const properties = nodeProperties({ ...shape, added: [{ brokerId: 7, port: 9100 }] }, 7)
  expect(properties.get('process.roles')).toBe('broker')
  expect(properties.get('listeners')).toBe('PLAINTEXT://127.0.0.1:9100')
  expect(properties.get('controller.quorum.voters')).toBe('1@127.0.0.1:29092,2@127.0.0.1:29093,3@127.0.0.1:29094')
})
