import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideAlterPartition } from '../../../broker-core/controller/decisions/alter-partition.ts'
import { fenceRecords } from '../../../broker-core/controller/decisions/broker-changes.ts'
import { decideCreatePartitions } from '../../../broker-core/controller/decisions/create-partitions.ts'
import { decideDeleteTopics } from '../../../broker-core/controller/decisions/delete-topics.ts'
import { balanceRecords, decideElectLeaders } from '../../../broker-core/controller/decisions/elect-leaders.ts'
import { decideReassignments } from '../../../broker-core/controller/decisions/reassign.ts'
import { decideUnregisterBroker } from '../../../broker-core/controller/decisions/unregister-broker.ts'
import { emptyImage, evolveImage } from '../../../broker-core/controller/image-draft.ts'
import type { MetadataImage, PartitionImage } from '../../../broker-core/controller/image.ts'
import { imageRecords } from '../../../broker-core/controller/image-records.ts'
import { ControllerWorld } from './controller-world.ts'

const brokerIds = [1, 2, 3, 4, 5]
const names = ['t', 'u']
const broker = fc.constantFrom(...brokerIds)
const name = fc.constantFrom(...names)
const someBrokers = fc.uniqueArray(broker, { minLength: 1, maxLength: 4 })

type Deed = (world: ControllerWorld) => void

/** What may happen to a cluster; each is skipped where it makes no sense. */
const deeds: fc.Arbitrary<{ label: string; do: Deed }> = fc.oneof(
  broker.map(id => ({ label: `fence ${id}`, do: (world: ControllerWorld) => fence(world, id) })),
  broker.map(id => ({ label: `heartbeat ${id}`, do: (world: ControllerWorld) => void world.heartbeat(id) })),
  broker.map(id => ({ label: `heartbeat ${id}`, do: (world: ControllerWorld) => void world.heartbeat(id) })),
  broker.map(id => ({ label: `shutdown ${id}`, do: (world: ControllerWorld) => void world.heartbeat(id, { shutDown: true }) })),
  broker.map(id => ({ label: `restart ${id}`, do: (world: ControllerWorld) => void world.register(id) })),
  broker.map(id => ({
    label: `clean restart ${id}`,
    do: (world: ControllerWorld) =>
      void world.register(id, { previousBrokerEpoch: world.image.brokers.get(id)?.brokerEpoch ?? -1 }),
  })),
  fc.tuple(name, someBrokers).map(([topic, isr]) => ({
    label: `isr ${topic} ${isr.join()}`,
    do: (world: ControllerWorld) => reportIsr(world, topic, isr),
  })),
  fc.tuple(name, fc.option(someBrokers)).map(([topic, replicas]) => ({
    label: `reassign ${topic} ${replicas?.join() ?? 'cancel'}`,
    do: (world: ControllerWorld) => reassign(world, topic, replicas),
  })),
  fc.tuple(name, fc.constantFrom(0, 1)).map(([topic, electionType]) => ({
    label: `elect ${topic} ${electionType}`,
    do: (world: ControllerWorld) => {
      world.perform(decideElectLeaders, { electionType, topicPartitions: [{ topic, partitions: [0] }], timeoutMs: 0 })
    },
  })),
  fc.constant({ label: 'balance', do: (world: ControllerWorld) => world.apply(balanceRecords(world.state())) }),
  broker.map(id => ({
    label: `unregister ${id}`,
    do: (world: ControllerWorld) => void world.perform(decideUnregisterBroker, { brokerId: id }),
  })),
  name.map(topic => ({
    label: `grow ${topic}`,
    do: (world: ControllerWorld) => {
      const count = (world.image.topicsByName.get(topic)?.partitions.length ?? 0) + 1
      world.perform(decideCreatePartitions, {
        topics: [{ name: topic, count, assignments: null }],
        timeoutMs: 0,
        validateOnly: false,
      })
    },
  })),
  name.map(topic => ({
    label: `recreate ${topic}`,
    do: (world: ControllerWorld) => {
      world.perform(decideDeleteTopics, { topics: [], topicNames: [topic], timeoutMs: 0 })
      const alive = [...world.image.brokers.values()]
        .filter(each => !each.fenced && !each.inControlledShutdown)
        .map(each => each.brokerId)
      if (alive.length > 0) world.topic(topic, [alive.slice(0, 3)], { 'min.insync.replicas': '2' })
    },
  })),
)

function fence(world: ControllerWorld, id: number): void {
  const found = world.image.brokers.get(id)
  if (found !== undefined && !found.fenced) world.apply(fenceRecords(world.state(), found))
}

function reportIsr(world: ControllerWorld, topic: string, wanted: readonly number[]): void {
  const image = world.image.topicsByName.get(topic)
  const partition = image?.partitions[0]
  if (image === undefined || partition === undefined || partition.leader < 0) return
  const epoch = (id: number) => world.image.brokers.get(id)?.brokerEpoch ?? -1
  const isr = [partition.leader, ...wanted.filter(id => id !== partition.leader && partition.replicas.includes(id))]
  world.perform(decideAlterPartition, {
    brokerId: partition.leader,
    brokerEpoch: epoch(partition.leader),
    topics: [
      {
        topicId: image.topicId,
        partitions: [
          {
            partitionIndex: 0,
            leaderEpoch: partition.leaderEpoch,
            partitionEpoch: partition.partitionEpoch,
            newIsr: [],
            newIsrWithEpochs: isr.map(id => ({ brokerId: id, brokerEpoch: epoch(id) })),
            leaderRecoveryState: 0,
          },
        ],
      },
    ],
  })
}

function reassign(world: ControllerWorld, topic: string, replicas: readonly number[] | null): void {
  world.perform(decideReassignments, {
    timeoutMs: 0,
    allowReplicationFactorChange: true,
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, replicas }] }],
  })
}

const isSubset = (some: readonly number[], of: readonly number[]) => some.every(each => of.includes(each))
const isSet = (list: readonly number[]) => new Set(list).size === list.length

function checkPartition(world: ControllerWorld, partition: PartitionImage): void {
  const { replicas, isr, eligibleLeaderReplicas: elr, addingReplicas, removingReplicas, leader, directories } = partition
  expect([replicas, isr, elr, addingReplicas, removingReplicas].every(isSet)).toBe(true)
  expect(replicas.length).toBeGreaterThan(0)
  expect(directories.length).toBe(replicas.length)
  expect(isSubset(isr, replicas)).toBe(true)
  expect(isSubset(elr, replicas)).toBe(true)
  expect(elr.some(each => isr.includes(each))).toBe(false)
  expect(isSubset([...addingReplicas, ...removingReplicas], replicas)).toBe(true)
  if (leader < 0) return
  expect(isr).toContain(leader)
  expect(world.image.brokers.get(leader)).toMatchObject({ fenced: false, inControlledShutdown: false })
}

/** LEAD-01, LEAD-05, REPL-10: what one step may do to a partition. `isUnclean`: the step asked for, or led by, an unclean election. */
function checkStep(before: PartitionImage, after: PartitionImage): void {
  expect(after.partitionEpoch).toBeGreaterThanOrEqual(before.partitionEpoch)
  expect(after.leaderEpoch).toBeGreaterThanOrEqual(before.leaderEpoch)
  const hasChanged = JSON.stringify(before) !== JSON.stringify(after)
  if (hasChanged) expect(after.partitionEpoch).toBeGreaterThan(before.partitionEpoch)
  if (after.leader !== before.leader) expect(after.leaderEpoch).toBeGreaterThan(before.leaderEpoch)
  if (!isSubset(before.replicas, after.replicas)) expect(after.leaderEpoch).toBeGreaterThan(before.leaderEpoch)
  const isNewLeader = after.leader >= 0 && after.leader !== before.leader
  const wasEligible = before.isr.includes(after.leader) || before.eligibleLeaderReplicas.includes(after.leader)
  const isAddedInSync = after.isr.includes(after.leader) && before.leader >= 0
  if (isNewLeader && !wasEligible && !isAddedInSync) expect(after.leaderRecoveryState).toBe(1)
}

const partitionsOf = (image: MetadataImage) =>
  [...image.topicsById.values()].flatMap(topic =>
    topic.partitions.map(partition => [`${topic.topicId}-${partition.partition}`, partition] as const),
  )

const plain = (image: MetadataImage) => ({
  ...image,
  offset: 0,
  epoch: 0,
  topicsByName: Object.fromEntries([...image.topicsByName].sort()),
  topicsById: Object.fromEntries([...image.topicsById].sort()),
  configs: Object.fromEntries([...image.configs].sort()),
})

describe('whatever happens to a cluster', () => {
  for (const elr of [true, false]) {
    it(`partitions stay sound, and records tell everything (ELR ${elr ? 'on' : 'off'})`, () => {
      fc.assert(
        fc.property(fc.array(deeds, { maxLength: 30 }), history => {
          const world = new ControllerWorld({ elr }).join(...brokerIds)
          world
            .topic('t', [[1, 2, 3]], { 'min.insync.replicas': '2' })
            .topic('u', [[3, 4, 5]], { 'unclean.leader.election.enable': 'true' })
          for (const deed of history) {
            const before = new Map(partitionsOf(world.image))
            deed.do(world)
            for (const [key, partition] of partitionsOf(world.image)) {
              checkPartition(world, partition)
              const earlier = before.get(key)
              if (earlier !== undefined) checkStep(earlier, partition)
            }
          }
          const { offset, epoch } = world.image
          const replayed = evolveImage(emptyImage('cluster'), world.records, { offset, epoch })
          expect(plain(replayed)).toEqual(plain(world.image))
          const reloaded = evolveImage(emptyImage('cluster'), imageRecords(world.image), { offset, epoch })
          expect(plain(reloaded)).toEqual(plain(world.image))
        }),
        { numRuns: 300 },
      )
    })
  }
})
