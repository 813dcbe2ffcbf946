import { describe, expect, it } from 'vitest'
import { decideAlterPartition } from '../../../broker-core/controller/decisions/alter-partition.ts'
import { fenceRecords } from '../../../broker-core/controller/decisions/broker-changes.ts'
import { balanceRecords, decideElectLeaders } from '../../../broker-core/controller/decisions/elect-leaders.ts'
import { decideUpdateFeatures } from '../../../broker-core/controller/decisions/features.ts'
import { decideReassignments } from '../../../broker-core/controller/decisions/reassign.ts'
import { decideIncrementalAlterConfigs } from '../../../broker-core/controller/decisions/alter-configs.ts'
import { errorCode, errorName } from '../../../broker-core/model/kafka-errors.ts'
import { ControllerWorld } from './controller-world.ts'

function fence(world: ControllerWorld, ...brokerIds: readonly number[]): void {
  for (const brokerId of brokerIds) {
    const broker = world.image.brokers.get(brokerId)
    if (broker !== undefined) world.apply(fenceRecords(world.state(), broker))
  }
}

function alterIsr(world: ControllerWorld, name: string, isr: readonly number[], overrides: Record<string, number> = {}) {
  const topic = world.image.topicsByName.get(name)
  const partition = world.partition(name)
  const leader = world.image.brokers.get(partition.leader)
  const reply = world.perform(decideAlterPartition, {
    brokerId: partition.leader,
    brokerEpoch: leader?.brokerEpoch ?? -1,
    topics: [
      {
        topicId: topic?.topicId ?? '',
        partitions: [
          {
            partitionIndex: 0,
            leaderEpoch: partition.leaderEpoch,
            partitionEpoch: partition.partitionEpoch,
            leaderRecoveryState: partition.leaderRecoveryState,
            newIsr: [],
            newIsrWithEpochs: isr.map(brokerId => ({
              brokerId,
              brokerEpoch: world.image.brokers.get(brokerId)?.brokerEpoch ?? -1,
            })),
            ...overrides,
          },
        ],
      },
    ],
  })
  return errorName(reply.topics[0]?.partitions[0]?.errorCode ?? reply.errorCode)
}

function elect(world: ControllerWorld, electionType: number, name: string): string {
  const reply = world.perform(decideElectLeaders, {
    electionType,
    topicPartitions: [{ topic: name, partitions: [0] }],
    timeoutMs: 0,
  })
  return errorName(reply.replicaElectionResults[0]?.partitionResult[0]?.errorCode ?? -1)
}

const setTopic = (world: ControllerWorld, name: string, key: string, value: string) =>
  world.perform(decideIncrementalAlterConfigs, {
    resources: [{ resourceType: 2, resourceName: name, configs: [{ name: key, configOperation: 0, value }] }],
    validateOnly: false,
  })

describe('elections', () => {
  it('LEAD-01: the first live replica of the ISR in assignment order leads', () => {
    const world = new ControllerWorld().join(1, 2, 3).topic('t', [[3, 1, 2]])
    fence(world, 3)
    expect(world.standing('t')).toMatchObject({ leader: 1, leaderEpoch: 1 })
  })

  it('LEAD-01: without a candidate there is no leader, and the one that returns leads again', () => {
    const world = new ControllerWorld({ elr: false }).join(1, 2).topic('t', [[1, 2]])
    fence(world, 1, 2)
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [2] })
    world.heartbeat(1)
    expect(world.standing('t')).toMatchObject({ leader: -1 })
    world.heartbeat(2)
    expect(world.standing('t')).toMatchObject({ leader: 2, isr: [2], leaderRecoveryState: 0 })
  })

  it('LEAD-01, KIP-858: a replica in a directory that its broker no longer has does not lead, nor by an unclean election', () => {
    const world = new ControllerWorld({ elr: false }).join(1, 2)
    world.topic('t', [[1]])
    const [own] = world.image.brokers.get(1)?.logDirectoryIds ?? []
    const restart = (logDirs: readonly string[]) => {
      fence(world, 1)
      world.register(1, { logDirs, previousBrokerEpoch: world.image.brokers.get(1)?.brokerEpoch ?? -1 })
      world.heartbeat(1)
    }
    restart(['otherDirectoryOfOneAA'.padStart(22, 'o')])
    expect(world.image.brokers.get(1)?.fenced).toBe(false)
    expect(world.partition('t')).toMatchObject({ leader: -1, isr: [1] })
    setTopic(world, 't', 'unclean.leader.election.enable', 'true')
    expect(world.partition('t').leader).toBe(-1)
    restart([own ?? ''])
    expect(world.partition('t')).toMatchObject({ leader: 1, isr: [1], leaderRecoveryState: 0 })
  })

  it('LEAD-02: preferred elections', () => {
    const world = new ControllerWorld().join(1, 2).topic('t', [[1, 2]])
    expect(elect(world, 0, 't')).toBe('ELECTION_NOT_NEEDED')
    fence(world, 1)
    expect(elect(world, 0, 't')).toBe('PREFERRED_LEADER_NOT_AVAILABLE')
    world.heartbeat(1)
    alterIsr(world, 't', [2, 1])
    expect(elect(world, 0, 't')).toBe('NONE')
    expect(world.standing('t')).toMatchObject({ leader: 1, leaderEpoch: 2 })
    expect(elect(world, 0, 'absent')).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  it('LEAD-02: the balance moves leaders back, those that cannot stay', () => {
    const world = new ControllerWorld()
      .join(1, 2)
      .topic('t', [[1, 2]])
      .topic('u', [[1, 2]])
    fence(world, 1)
    world.heartbeat(1)
    alterIsr(world, 't', [2, 1])
    world.apply(balanceRecords(world.state()))
    expect(world.standing('t').leader).toBe(1)
    expect(world.standing('u').leader).toBe(2)
  })

  it('LEAD-03: an unclean election needs somebody alive, and says so in the recovery state', () => {
    const world = new ControllerWorld({ elr: false }).join(1, 2).topic('t', [[1, 2]])
    fence(world, 2, 1)
    expect(elect(world, 1, 't')).toBe('ELIGIBLE_LEADERS_NOT_AVAILABLE')
    world.heartbeat(2)
    expect(world.standing('t').leader).toBe(-1)
    expect(elect(world, 1, 't')).toBe('NONE')
    expect(world.standing('t')).toMatchObject({ leader: 2, isr: [2], leaderRecoveryState: 1 })
    expect(elect(world, 1, 't')).toBe('ELECTION_NOT_NEEDED')
    expect(alterIsr(world, 't', [2], { leaderRecoveryState: 0 })).toBe('NONE')
    expect(world.standing('t').leaderRecoveryState).toBe(0)
  })

  it('LEAD-03: and so when the own value of a topic goes, where the cluster allows it; however true is written', () => {
    const staticConfigs = { 'unclean.leader.election.enable': 'TRUE' }
    const world = new ControllerWorld({ elr: false, defaults: { staticConfigs } }).join(1, 2)
    world.topic('t', [[1, 2]], { 'unclean.leader.election.enable': 'false' })
    fence(world, 2, 1)
    world.heartbeat(2)
    expect(world.standing('t').leader).toBe(-1)
    world.perform(decideIncrementalAlterConfigs, {
      resources: [
        {
          ...{ resourceType: 2, resourceName: 't' },
          configs: [{ name: 'unclean.leader.election.enable', configOperation: 1, value: null }],
        },
      ],
      validateOnly: false,
    })
    expect(world.standing('t')).toMatchObject({ leader: 2, leaderRecoveryState: 1 })
  })

  it('LEAD-03, LEAD-04: an unclean election leaves nobody eligible, who would lead later without what was acknowledged since', () => {
    const world = new ControllerWorld().join(1, 2).topic('t', [[1, 2]])
    fence(world, 2, 1)
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [], elr: [1] })
    world.heartbeat(2)
    expect(elect(world, 1, 't')).toBe('NONE')
    expect(world.standing('t')).toMatchObject({ leader: 2, isr: [2], elr: [], lastKnownElr: [], leaderRecoveryState: 1 })
    fence(world, 2)
    world.heartbeat(1)
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [], elr: [2] })
  })

  it('LEAD-03: with the topic set to unclean, a returning replica leads at once; and so when it is set later', () => {
    const world = new ControllerWorld({ elr: false })
      .join(1, 2)
      .topic('t', [[1, 2]], { 'unclean.leader.election.enable': 'true' })
    world.topic('u', [[1, 2]])
    fence(world, 2, 1)
    world.heartbeat(2)
    expect(world.standing('t')).toMatchObject({ leader: 2, leaderRecoveryState: 1 })
    expect(world.standing('u').leader).toBe(-1)
    setTopic(world, 'u', 'unclean.leader.election.enable', 'true')
    expect(world.standing('u')).toMatchObject({ leader: 2, leaderRecoveryState: 1 })
  })

  it('LEAD-04: below min ISR leavers go to the ELR; at min ISR the ELR is cleared', () => {
    const world = new ControllerWorld().join(1, 2, 3).topic('t', [[1, 2, 3]], { 'min.insync.replicas': '2' })
    fence(world, 1)
    expect(world.standing('t')).toMatchObject({ leader: 2, isr: [2, 3], elr: [] })
    fence(world, 2)
    expect(world.standing('t')).toMatchObject({ leader: 3, isr: [3], elr: [2] })
    fence(world, 3)
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [], elr: [2, 3], lastKnownElr: [3] })
    world.heartbeat(2)
    expect(world.standing('t')).toMatchObject({ leader: 2, isr: [2], elr: [3], leaderRecoveryState: 0 })
    world.heartbeat(3)
    expect(alterIsr(world, 't', [2, 3])).toBe('NONE')
    expect(world.standing('t')).toMatchObject({ isr: [2, 3], elr: [], lastKnownElr: [] })
  })

  it('LEAD-05: who never was eligible does not lead although it is alive', () => {
    const world = new ControllerWorld().join(1, 2, 3).topic('t', [[1, 2, 3]], { 'min.insync.replicas': '2' })
    fence(world, 1, 2, 3)
    world.heartbeat(1)
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [], elr: [2, 3] })
  })

  it('LEAD-05: while anybody is in sync an eligible one does not lead: not when a reassignment ends, not as the preferred one', () => {
    const world = new ControllerWorld().join(1, 2, 3).topic('t', [[3, 2]], { 'min.insync.replicas': '2' })
    expect(alterIsr(world, 't', [3])).toBe('NONE')
    expect(world.standing('t')).toMatchObject({ leader: 3, isr: [3], elr: [2] })
    world.perform(decideReassignments, {
      ...{ timeoutMs: 0, allowReplicationFactorChange: true },
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, replicas: [2, 1] }] }],
    })
    expect(alterIsr(world, 't', [3, 1])).toBe('NEW_LEADER_ELECTED')
    expect(world.standing('t')).toMatchObject({ leader: 1, isr: [1], elr: [2] })
    expect(elect(world, 0, 't')).toBe('PREFERRED_LEADER_NOT_AVAILABLE')
    expect(world.standing('t')).toMatchObject({ leader: 1, isr: [1], elr: [2] })
    world.register(2)
    expect(world.standing('t')).toMatchObject({ leader: 1, isr: [1], elr: [] })
  })

  it('LEAD-05, META-11: when ELR is switched off who was eligible is in sync, and nobody is eligible by it later', () => {
    const world = new ControllerWorld().join(1, 2, 3).topic('t', [[2, 1]], { 'min.insync.replicas': '2' })
    world.topic('u', [[3, 1]], { 'min.insync.replicas': '2' })
    const setElr = (maxVersionLevel: number, upgradeType: number) => {
      const update = { feature: 'eligible.leader.replicas.version', maxVersionLevel, upgradeType, allowDowngrade: false }
      world.perform(decideUpdateFeatures, { timeoutMs: 0, featureUpdates: [update], validateOnly: false })
    }
    world.register(2)
    fence(world, 1)
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [], elr: [1] })
    expect(world.standing('u')).toMatchObject({ leader: 3, isr: [3], elr: [1] })
    setElr(0, 2)
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [1], elr: [], lastKnownElr: [] })
    world.heartbeat(2)
    expect(world.standing('t'), 'it was never eligible').toMatchObject({ leader: -1, isr: [1], leaderRecoveryState: 0 })
    setElr(1, 1)
    expect(world.standing('u')).toMatchObject({ leader: 3, isr: [3], elr: [], lastKnownElr: [] })
    world.heartbeat(1)
    expect(world.standing('t')).toMatchObject({ leader: 1, isr: [1], leaderRecoveryState: 0 })
  })

  it('LEAD-02: ElectLeaders says of what there is none, and of every partition that there is no such election', () => {
    const world = new ControllerWorld().join(1, 2).topic('t', [[1, 2]])
    const ask = (electionType: number, topicPartitions: readonly { topic: string; partitions: readonly number[] }[]) =>
      world
        .perform(decideElectLeaders, { electionType, topicPartitions, timeoutMs: 0 })
        .replicaElectionResults.flatMap(({ partitionResult }) => partitionResult)
        .map(one => `${errorName(one.errorCode)}: ${one.errorMessage}`)
    const asked = [
      { topic: 'none', partitions: [0] },
      { topic: 't', partitions: [9] },
    ]
    expect(ask(0, asked)).toEqual([
      'UNKNOWN_TOPIC_OR_PARTITION: No such topic as none',
      'UNKNOWN_TOPIC_OR_PARTITION: No such partition as t-9',
    ])
    expect(ask(5, asked)).toEqual(Array(2).fill('INVALID_REQUEST: Unknown election type 5'))
  })

  it('LEAD-06: an unclean shutdown takes a replica out of ISR and ELR', () => {
    const world = new ControllerWorld().join(1, 2, 3).topic('t', [[1, 2, 3]], { 'min.insync.replicas': '2' })
    fence(world, 1, 2, 3)
    expect(world.standing('t').elr).toEqual([2, 3])
    world.register(2)
    expect(world.standing('t').elr).toEqual([3])
    const previousBrokerEpoch = world.image.brokers.get(3)?.brokerEpoch ?? -1
    world.register(3, { previousBrokerEpoch })
    expect(world.standing('t').elr).toEqual([3])
  })

  it('LEAD-07: with ISR and ELR empty the last known leader may lead, uncleanly', () => {
    const world = new ControllerWorld().join(1, 2).topic('t', [[1, 2]])
    fence(world, 1, 2)
    world.register(1)
    world.register(2)
    expect(world.standing('t')).toMatchObject({ leader: -1, isr: [], elr: [], lastKnownElr: [2] })
    world.heartbeat(1)
    expect(world.standing('t').leader).toBe(-1)
    world.heartbeat(2)
    expect(world.standing('t')).toMatchObject({ leader: 2, isr: [2], leaderRecoveryState: 1, lastKnownElr: [] })
  })

  it('LEAD-08: with ELR on the cluster-wide minimum stays, brokers have none of their own, and a change clears the ELR', () => {
    const world = new ControllerWorld().join(1, 2, 3).topic('t', [[1, 2, 3]], { 'min.insync.replicas': '2' })
    const alterBroker = (resourceName: string, configOperation: number, value: string | null) =>
      world.perform(decideIncrementalAlterConfigs, {
        resources: [{ resourceType: 4, resourceName, configs: [{ name: 'min.insync.replicas', configOperation, value }] }],
        validateOnly: false,
      }).responses[0]?.errorCode
    expect(alterBroker('1', 0, '2')).toBe(errorCode('INVALID_CONFIG'))
    expect(alterBroker('', 1, null)).toBe(errorCode('INVALID_CONFIG'))
    expect(alterBroker('', 0, '2')).toBe(0)
    fence(world, 1, 2)
    expect(world.standing('t').elr).toEqual([2])
    setTopic(world, 't', 'min.insync.replicas', '1')
    expect(world.standing('t').elr).toEqual([])
  })
})

describe('AlterPartition', () => {
  const world = () => new ControllerWorld().join(1, 2, 3).topic('t', [[1, 2, 3]])
  it('REPL-05, REPL-10: shrinks and expands; the partition epoch rises, the leader epoch does not', () => {
    const it = world()
    expect(alterIsr(it, 't', [1])).toBe('NONE')
    expect(it.partition('t')).toMatchObject({ isr: [1], leaderEpoch: 0, partitionEpoch: 1 })
    expect(alterIsr(it, 't', [1, 3])).toBe('NONE')
    expect(it.partition('t')).toMatchObject({ isr: [1, 3], leaderEpoch: 0, partitionEpoch: 2 })
  })

  it.each<[string, readonly number[], Record<string, number>]>([
    ['FENCED_LEADER_EPOCH', [1], { leaderEpoch: -1 }],
    ['NOT_CONTROLLER', [1], { leaderEpoch: 9 }],
    ['INVALID_UPDATE_VERSION', [1], { partitionEpoch: -1 }],
    ['INVALID_REQUEST', [], {}],
    ['INVALID_REQUEST', [2, 3], {}],
    ['INVALID_REQUEST', [1, 7], {}],
    ['INVALID_REQUEST', [1, 1], {}],
    ['INVALID_REQUEST', [1], { leaderRecoveryState: 1 }],
    ['UNKNOWN_TOPIC_OR_PARTITION', [1], { partitionIndex: 4 }],
  ])('REPL-05: %s for ISR %j with %j', (error, isr, overrides) => {
    const it = world()
    const before = it.image
    expect(alterIsr(it, 't', isr, overrides)).toBe(error)
    expect(it.partition('t')).toEqual(before.topicsByName.get('t')?.partitions[0])
  })

  it('REPL-04: a fenced, stopping or restarted broker is not eligible', () => {
    const fenced = world()
    fence(fenced, 3)
    expect(alterIsr(fenced, 't', [1, 2, 3])).toBe('INELIGIBLE_REPLICA')
    const stopping = world()
    stopping.heartbeat(3, { shutDown: true })
    expect(alterIsr(stopping, 't', [1, 2, 3])).toBe('INELIGIBLE_REPLICA')
  })
})
