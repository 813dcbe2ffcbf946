import { describe, expect, it } from 'vitest'
import { decideAssignDirectories } from '../../../broker-core/controller/decisions/assign-directories.ts'
import { decideUnregisterBroker } from '../../../broker-core/controller/decisions/unregister-broker.ts'
import { decideAllocateProducerIds } from '../../../broker-core/controller/decisions/producer-ids.ts'
import { fenceRecords } from '../../../broker-core/controller/decisions/broker-changes.ts'
import { nextStanding } from '../../../broker-core/controller/decisions/heartbeat.ts'
import { openSessions } from '../../../broker-core/controller/sessions.ts'
import { errorCode } from '../../../broker-core/model/kafka-errors.ts'
import { ControllerWorld } from './controller-world.ts'

const broker = (world: ControllerWorld, brokerId: number) => {
  const found = world.image.brokers.get(brokerId)
  if (found === undefined) throw new Error(`no broker ${brokerId}`)
  return found
}

describe('registration', () => {
  it('gives the offset of the record as epoch and leaves the broker fenced', () => {
    const world = new ControllerWorld()
    const offset = world.image.offset
    expect(world.register(1)).toEqual({ throttleTimeMs: 0, errorCode: 0, brokerEpoch: offset })
    expect(broker(world, 1)).toMatchObject({ brokerEpoch: offset, fenced: true, inControlledShutdown: false })
  })

  it('refuses another cluster, and a second process on other ports while the first one lives', () => {
    const world = new ControllerWorld().join(1)
    const elsewhere = { port: 1, logDirs: [`${'e'.repeat(20)}AA`] }
    expect(world.register(1, elsewhere).errorCode).toBe(errorCode('DUPLICATE_BROKER_REGISTRATION'))
    world.nowMs += 9001
    expect(world.register(1, elsewhere).errorCode).toBe(0)
  })

  it('takes a restarted process on the same ports at once', () => {
    const world = new ControllerWorld().join(1)
    expect(world.register(1).errorCode).toBe(0)
    expect(broker(world, 1).fenced).toBe(true)
  })

  it('takes a restarted process on the same directories at once, also on other ports: it has their locks', () => {
    const world = new ControllerWorld().join(1)
    expect(world.register(1, { port: 1 }).errorCode).toBe(0)
    expect(broker(world, 1)).toMatchObject({ fenced: true, endpoints: [{ port: 1 }] })
  })

  it('a log directory that belongs to another broker is refused (KIP-858)', () => {
    const world = new ControllerWorld().join(1)
    world.image = { ...world.image, brokers: new Map([[7, { ...broker(world, 1), brokerId: 7 }]]) }
    expect(world.register(1).errorCode).toBe(errorCode('INVALID_REGISTRATION'))
  })
})

describe('heartbeats', () => {
  it('REPL-20: unfences a broker that has applied its own registration, not before', () => {
    const world = new ControllerWorld()
    const { brokerEpoch } = world.register(1)
    expect(world.heartbeat(1, { offset: brokerEpoch - 1 })).toMatchObject({ isFenced: true, isCaughtUp: false })
    expect(world.heartbeat(1, { offset: brokerEpoch })).toMatchObject({ isFenced: false, isCaughtUp: true })
    expect(broker(world, 1).fenced).toBe(false)
  })

  it('refuses an unknown broker and an old epoch', () => {
    const world = new ControllerWorld()
    expect(world.heartbeat(9).errorCode).toBe(errorCode('BROKER_ID_NOT_REGISTERED'))
    world.join(1)
    world.image = { ...world.image, brokers: new Map([[1, { ...broker(world, 1), brokerEpoch: 0 }]]) }
    const stale = { brokerId: 1, brokerEpoch: 5, topics: [] }
    expect(world.perform(decideAllocateProducerIds, stale).errorCode).toBe(errorCode('STALE_BROKER_EPOCH'))
  })

  it('REPL-20: only silent brokers that are not fenced expire', () => {
    const world = new ControllerWorld().join(1, 2)
    world.register(3)
    world.nowMs += 5000
    world.heartbeat(2)
    world.nowMs += 4000
    expect(world.sessions.expired(world.image, world.nowMs)).toEqual([1])
    expect(world.sessions.nextExpiryMs(world.image)).toBe(9000)
  })

  it('REPL-20: a fenced broker leaves ISRs and leaderships', () => {
    const world = new ControllerWorld().join(1, 2, 3).topic('t', [[1, 2, 3]])
    world.apply(fenceRecords(world.state(), broker(world, 1)))
    expect(world.standing('t')).toMatchObject({ leader: 2, isr: [2, 3], leaderEpoch: 1 })
    expect(broker(world, 1).fenced).toBe(true)
  })

  it('DISK-38, LEAD-05: who comes back without a directory is not eligible by what lay in there: it begins anew elsewhere', () => {
    const directories = ['a', 'b'].map(name => `${name.repeat(20)}AA`)
    const [kept = '', gone = ''] = directories
    const world = new ControllerWorld().join(2)
    world.register(1, { logDirs: directories })
    world.heartbeat(1)
    for (const name of ['t', 'u']) world.topic(name, [[2, 1]], { 'min.insync.replicas': '2' })
    const { brokerEpoch } = broker(world, 1)
    const placed = (name: string, id: string) => {
      const topics = [{ topicId: world.image.topicsByName.get(name)?.topicId ?? '', partitions: [{ partitionIndex: 0 }] }]
      return { brokerId: 1, brokerEpoch: broker(world, 1).brokerEpoch, directories: [{ id, topics }] }
    }
    world.perform(decideAssignDirectories, placed('t', gone))
    world.perform(decideAssignDirectories, placed('u', kept))
    world.apply(fenceRecords(world.state(), broker(world, 1)))
    expect(world.standing('t')).toMatchObject({ leader: 2, isr: [2], elr: [1] })
    world.register(1, { logDirs: [kept], previousBrokerEpoch: brokerEpoch })
    world.heartbeat(1)
    world.perform(decideAssignDirectories, placed('t', kept))
    world.apply(fenceRecords(world.state(), broker(world, 2)))
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [], elr: [2] })
    expect(world.standing('u')).toMatchObject({ leader: 1, isr: [1], elr: [2] })
  })

  it('DISK-38, LEAD-01: whoever is unfenced with a failed directory does not lead what lies in there', () => {
    const directories = ['a', 'b'].map(name => `${name.repeat(20)}AA`)
    const [, failed = ''] = directories
    const world = new ControllerWorld().join(2)
    world.register(1, { logDirs: directories })
    world.heartbeat(1)
    world.topic('t', [[1]])
    const { brokerEpoch } = broker(world, 1)
    const topics = [{ topicId: world.image.topicsByName.get('t')?.topicId ?? '', partitions: [{ partitionIndex: 0 }] }]
    world.perform(decideAssignDirectories, { brokerId: 1, brokerEpoch, directories: [{ id: failed, topics }] })
    world.apply(fenceRecords(world.state(), broker(world, 1)))
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [], elr: [1] })
    world.heartbeat(1, { offline: [failed] })
    expect(broker(world, 1).fenced).toBe(false)
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [], elr: [] })
  })

  it('REPL-19: a controlled shutdown moves leaderships first and lets go once the others have seen it', () => {
    const world = new ControllerWorld().join(1, 2, 3).topic('t', [[1, 2, 3]])
    expect(world.heartbeat(1, { shutDown: true })).toMatchObject({ shouldShutDown: false, isFenced: false })
    expect(world.standing('t')).toMatchObject({ leader: 2, isr: [2, 3] })
    const decidedAt = world.image.offset - 1
    world.heartbeat(2)
    world.sessions.heard(3, decidedAt - 1, world.nowMs)
    expect(world.heartbeat(1, { shutDown: true })).toMatchObject({ shouldShutDown: false })
    world.heartbeat(3)
    expect(world.heartbeat(1, { shutDown: true })).toMatchObject({ shouldShutDown: true })
    expect(broker(world, 1).fenced).toBe(true)
  })

  it('REPL-19: a new controller, too, lets it go only once the others have seen who leads in its place', () => {
    const world = new ControllerWorld().join(1, 2, 3).topic('t', [[1, 2, 3]])
    world.heartbeat(1, { shutDown: true })
    const sessions = openSessions({ sessionTimeoutMs: 9000, image: () => world.image, nowMs: () => world.nowMs })
    const next = () =>
      nextStanding({ ...world.state(), sessions }, broker(world, 1), {
        ...{ brokerId: 1, brokerEpoch: broker(world, 1).brokerEpoch, currentMetadataOffset: world.image.offset - 1 },
        ...{ wantFence: false, wantShutDown: true, offlineLogDirs: [], cordonedLogDirs: null },
      })
    sessions.heard(2, world.image.offset - 1, world.nowMs)
    expect(next()).toBe('controlled-shutdown')
    sessions.heard(3, world.image.offset - 1, world.nowMs)
    expect(next()).toBe('shutdown-now')
  })

  it('REPL-19: the last broker of a cluster keeps its leaderships and is let go all the same', () => {
    const world = new ControllerWorld({ elr: false }).join(1).topic('t', [[1]])
    world.heartbeat(1, { shutDown: true })
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [1] })
    expect(world.heartbeat(1, { shutDown: true })).toMatchObject({ shouldShutDown: true })
  })
})

describe('unregistering', () => {
  it('forgets the broker and takes it out of ISRs', () => {
    const world = new ControllerWorld().join(1, 2).topic('t', [[1, 2]])
    expect(world.perform(decideUnregisterBroker, { brokerId: 1 }).errorCode).toBe(0)
    expect(world.image.brokers.has(1)).toBe(false)
    expect(world.standing('t')).toMatchObject({ leader: 2, isr: [2] })
    expect(world.perform(decideUnregisterBroker, { brokerId: 1 })).toMatchObject({
      ...{ errorCode: errorCode('BROKER_ID_NOT_REGISTERED'), errorMessage: 'Broker ID 1 is not currently registered' },
    })
  })
})

describe('replacing', () => {
  it('LEAD-06: who takes the id of an unregistered broker is neither in sync nor eligible: its disk may be empty', () => {
    const world = new ControllerWorld().join(1, 2).topic('t', [[1, 2]])
    world.apply(fenceRecords(world.state(), broker(world, 2)))
    world.perform(decideUnregisterBroker, { brokerId: 1 })
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [], elr: [1] })
    world.join(1)
    expect(world.standing('t')).toMatchObject({ elr: [], leaderRecoveryState: 1 })
  })
})

describe('producer ids', () => {
  it('IDEM-01: blocks of 1000 never overlap', () => {
    const world = new ControllerWorld().join(1, 2)
    const take = (brokerId: number) =>
      world.perform(decideAllocateProducerIds, { brokerId, brokerEpoch: broker(world, brokerId).brokerEpoch }).producerIdStart
    expect([take(1), take(2), take(1)]).toEqual([0, 1000, 2000])
  })
})
