import { describe, expect, it } from 'vitest'
import { decideAlterPartition } from '../../../broker-core/controller/decisions/alter-partition.ts'
import { fenceRecords } from '../../../broker-core/controller/decisions/broker-changes.ts'
import { decideListReassignments, decideReassignments } from '../../../broker-core/controller/decisions/reassign.ts'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import { ControllerWorld } from './controller-world.ts'

function reassign(
  world: ControllerWorld,
  replicas: readonly number[] | null,
  options: { factor?: boolean; name?: string } = {},
): string {
  const reply = world.perform(decideReassignments, {
    timeoutMs: 0,
    allowReplicationFactorChange: options.factor ?? true,
    topics: [{ name: options.name ?? 't', partitions: [{ partitionIndex: 0, replicas }] }],
  })
  return errorName(reply.responses[0]?.partitions[0]?.errorCode ?? -1)
}

/** The leader reports these as in sync. */
function inSync(world: ControllerWorld, isr: readonly number[]): string {
  const partition = world.partition('t')
  const epoch = (brokerId: number) => world.image.brokers.get(brokerId)?.brokerEpoch ?? -1
  const reply = world.perform(decideAlterPartition, {
    brokerId: partition.leader,
    brokerEpoch: epoch(partition.leader),
    topics: [
      {
        topicId: world.image.topicsByName.get('t')?.topicId ?? '',
        partitions: [
          {
            partitionIndex: 0,
            leaderEpoch: partition.leaderEpoch,
            partitionEpoch: partition.partitionEpoch,
            leaderRecoveryState: 0,
            newIsr: [],
            newIsrWithEpochs: isr.map(brokerId => ({ brokerId, brokerEpoch: epoch(brokerId) })),
          },
        ],
      },
    ],
  })
  return errorName(reply.topics[0]?.partitions[0]?.errorCode ?? -1)
}

const list = (world: ControllerWorld) => world.perform(decideListReassignments, { timeoutMs: 0, topics: null }).topics

const world = () =>
  new ControllerWorld()
    .join(1, 2, 3, 4, 5)
    .topic('t', [[1, 2, 3]])
    .topic('other', [[1]])

describe('reassignment', () => {
  it('LEAD-09: target, then what is to go; completes when all added ones are in sync', () => {
    const it = world()
    expect(reassign(it, [4, 5, 3])).toBe('NONE')
    expect(it.partition('t')).toMatchObject({
      replicas: [4, 5, 3, 1, 2],
      addingReplicas: [4, 5],
      removingReplicas: [1, 2],
      leader: 1,
    })
    expect(list(it)).toEqual([
      {
        name: 't',
        partitions: [{ partitionIndex: 0, replicas: [4, 5, 3, 1, 2], addingReplicas: [4, 5], removingReplicas: [1, 2] }],
      },
    ])
    expect(inSync(it, [1, 2, 3, 4])).toBe('NONE')
    expect(it.partition('t').addingReplicas).toEqual([4, 5])
    expect(inSync(it, [1, 2, 3, 4, 5])).toBe('NEW_LEADER_ELECTED')
    expect(it.partition('t')).toMatchObject({
      replicas: [4, 5, 3],
      isr: [3, 4, 5],
      addingReplicas: [],
      removingReplicas: [],
      leader: 4,
      leaderEpoch: 1,
    })
    expect(list(it)).toEqual([])
  })

  it('REPL-10: removing a replica bumps the leader epoch although the leader stays', () => {
    const it = world()
    reassign(it, [1, 2])
    expect(it.partition('t')).toMatchObject({ replicas: [1, 2], isr: [1, 2], leader: 1, leaderEpoch: 1 })
  })

  it('LEAD-09: a smaller factor waits until all that stay are in sync', () => {
    const it = world()
    inSync(it, [1, 3])
    reassign(it, [1, 2])
    expect(it.partition('t')).toMatchObject({ replicas: [1, 2, 3], removingReplicas: [3], isr: [1, 3] })
    inSync(it, [1, 2, 3])
    expect(it.partition('t')).toMatchObject({ replicas: [1, 2], removingReplicas: [], isr: [1, 2] })
  })

  it('LEAD-09: and so does one that adds a replica besides', () => {
    const it = world()
    inSync(it, [1, 3])
    reassign(it, [2, 4])
    inSync(it, [1, 3, 4])
    expect(it.partition('t')).toMatchObject({ replicas: [2, 4, 1, 3], addingReplicas: [4], removingReplicas: [1, 3], leader: 1 })
    inSync(it, [1, 2, 3, 4])
    expect(it.partition('t')).toMatchObject({ replicas: [2, 4], removingReplicas: [], isr: [2, 4] })
  })

  it('LEAD-09: only another order is done at once', () => {
    const it = world()
    expect(reassign(it, [3, 2, 1])).toBe('NONE')
    expect(it.partition('t')).toMatchObject({
      replicas: [3, 2, 1],
      leader: 1,
      leaderEpoch: 0,
      addingReplicas: [],
      removingReplicas: [],
    })
  })

  it('LEAD-10: cancelling drops what was added; without one there is nothing to cancel', () => {
    const it = world()
    expect(reassign(it, null)).toBe('NO_REASSIGNMENT_IN_PROGRESS')
    reassign(it, [4, 5, 3])
    inSync(it, [1, 2, 3, 4])
    expect(reassign(it, null)).toBe('NONE')
    expect(it.partition('t')).toMatchObject({ isr: [1, 2, 3], addingReplicas: [], removingReplicas: [], leader: 1 })
    expect([...it.partition('t').replicas].sort()).toEqual([1, 2, 3])
  })

  it('LEAD-10: a new target replaces the running one and forgets what only the old one added', () => {
    const it = world()
    reassign(it, [4, 2, 3])
    reassign(it, [5, 2, 3])
    expect(it.partition('t')).toMatchObject({ replicas: [5, 2, 3, 1], addingReplicas: [5], removingReplicas: [1] })
  })

  it('LEAD-11: refusals', () => {
    const it = world()
    expect(reassign(it, [])).toBe('INVALID_REPLICA_ASSIGNMENT')
    expect(reassign(it, [1, 1])).toBe('INVALID_REPLICA_ASSIGNMENT')
    expect(reassign(it, [-1])).toBe('INVALID_REPLICA_ASSIGNMENT')
    expect(reassign(it, [1, 9])).toBe('INVALID_REPLICA_ASSIGNMENT')
    expect(reassign(it, [1, 2], { factor: false })).toBe('INVALID_REPLICATION_FACTOR')
    expect(reassign(it, [1, 2, 4], { factor: false })).toBe('NONE')
    expect(reassign(it, [1], { name: 'absent' })).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  it('LEAD-11: the list can be narrowed to partitions', () => {
    const it = world()
    reassign(it, [4, 2, 3])
    const of = (name: string, partitionIndexes: readonly number[]) =>
      it.perform(decideListReassignments, { timeoutMs: 0, topics: [{ name, partitionIndexes }] }).topics.length
    expect([of('t', [0]), of('t', [1]), of('other', [0])]).toEqual([1, 0, 0])
  })

  for (const elr of [true, false]) {
    it(`LEAD-10: a new target does not drop the one replica that is in sync (ELR ${elr ? 'on' : 'off'})`, () => {
      const it = new ControllerWorld({ elr }).join(1, 2, 3, 4).topic('t', [[1]])
      reassign(it, [2, 3])
      inSync(it, [1, 2])
      const first = it.image.brokers.get(1)
      if (first !== undefined) it.apply(fenceRecords(it.state(), first))
      expect(it.partition('t')).toMatchObject({ isr: [2], leader: 2, addingReplicas: [2, 3] })
      expect(reassign(it, [4])).toBe('NONE')
      expect(it.partition('t')).toMatchObject({ replicas: [4, 1, 2], isr: [2], leader: 2, addingReplicas: [4] })
      expect(inSync(it, [2, 4])).toBe('NEW_LEADER_ELECTED')
      expect(it.partition('t')).toMatchObject({ replicas: [4], isr: [4], leader: 4, addingReplicas: [], removingReplicas: [] })
    })
  }

  it('LEAD-04, LEAD-10: neither a new target nor a cancel drops the one replica that is eligible while nobody is in sync', () => {
    const it = new ControllerWorld().join(1, 2, 3, 4).topic('t', [[1]])
    const fence = (brokerId: number) => {
      const broker = it.image.brokers.get(brokerId)
      if (broker !== undefined) it.apply(fenceRecords(it.state(), broker))
    }
    reassign(it, [2, 3])
    inSync(it, [1, 2])
    fence(1)
    fence(2)
    expect(it.standing('t')).toMatchObject({ leader: -1, isr: [], elr: [2] })
    expect(reassign(it, null)).toBe('INVALID_REPLICA_ASSIGNMENT')
    expect(reassign(it, [4])).toBe('NONE')
    expect(it.partition('t')).toMatchObject({ replicas: [4, 1, 2], addingReplicas: [4], removingReplicas: [1, 2] })
    it.heartbeat(2)
    expect(it.standing('t')).toMatchObject({ leader: 2, isr: [2], leaderRecoveryState: 0 })
  })
})
