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

interface Deed {
  readonly label: string
  readonly do: (world: ControllerWorld) => void
}

const fencing = (id: number): Deed => ({ label: `fence ${id}`, do: world => fence(world, id) })
const heartbeat = (id: number): Deed => ({ label: `heartbeat ${id}`, do: world => void world.heartbeat(id) })
const shutdown = (id: number): Deed => ({ label: `shutdown ${id}`, do: world => void world.heartbeat(id, { shutDown: true }) })
const cleanRestart = (id: number): Deed => ({
  label: `clean restart ${id}`,
  do: world => void world.register(id, { previousBrokerEpoch: world.image.brokers.get(id)?.brokerEpoch ?? -1 }),
})
const reporting = (topic: string, isr: readonly number[]): Deed => ({
  label: `isr ${topic} ${isr.join()}`,
  do: world => reportIsr(world, topic, isr),
})
const electing = (topic: string, electionType: number): Deed => ({
  label: `elect ${topic} ${electionType}`,
  do: world => {
    world.perform(decideElectLeaders, { electionType, topicPartitions: [{ topic, partitions: [0] }], timeoutMs: 0 })
  },
})
const reassigning = (topic: string, replicas: readonly number[] | null): Deed => ({
  label: `reassign ${topic} ${replicas?.join() ?? 'cancel'}`,
  do: world => reassign(world, topic, replicas),
})

/** What may happen to a cluster; each is skipped where it makes no sense. */
const deeds: fc.Arbitrary<Deed> = fc.oneof(
  broker.map(fencing),
  broker.map(heartbeat),
  broker.map(heartbeat),
  broker.map(shutdown),
  broker.map(id => ({ label: `restart ${id}`, do: (world: ControllerWorld) => void world.register(id) })),
  broker.map(cleanRestart),
  fc.tuple(name, someBrokers).map(([topic, isr]) => reporting(topic, isr)),
  fc.tuple(name, fc.option(someBrokers)).map(([topic, replicas]) => reassigning(topic, replicas)),
  fc.tuple(name, fc.constantFrom(0, 1)).map(([topic, electionType]) => electing(topic, electionType)),
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

/** Hundreds of thousands of times: `expect` would take most of the time. */
function hold(holds: boolean, rule: string, seen: unknown): void {
  if (!holds) throw new Error(`${rule}: ${JSON.stringify(seen)}`)
}

function checkPartition(world: ControllerWorld, partition: PartitionImage): void {
  const { replicas, isr, eligibleLeaderReplicas: elr, addingReplicas, removingReplicas, leader, directories } = partition
  hold([replicas, isr, elr, addingReplicas, removingReplicas].every(isSet), 'nobody is named twice', partition)
  hold(replicas.length > 0 && directories.length === replicas.length, 'each replica has a directory', partition)
  hold(isSubset(isr, replicas) && isSubset(elr, replicas), 'in sync, or eligible, are replicas', partition)
  hold(!elr.some(each => isr.includes(each)), 'LEAD-04: nobody is in the ISR and in the ELR', partition)
  hold(isSubset([...addingReplicas, ...removingReplicas], replicas), 'LEAD-09: what moves is a replica', partition)
  if (leader < 0) return
  hold(isr.includes(leader), 'the leader is in sync', partition)
  const broker = world.image.brokers.get(leader)
  hold(broker?.fenced === false && !broker.inControlledShutdown, 'REPL-19, REPL-20: a leader is there to stay', [
    partition,
    broker,
  ])
}

/** LEAD-01, LEAD-05, REPL-10: what one step may do to a partition. */
function checkStep(world: ControllerWorld, before: PartitionImage, after: PartitionImage): void {
  if (before === after) return
  const seen = { before, after }
  hold(after.partitionEpoch >= before.partitionEpoch && after.leaderEpoch >= before.leaderEpoch, 'no epoch goes back', seen)
  const hasChanged = JSON.stringify(before) !== JSON.stringify(after)
  hold(!hasChanged || after.partitionEpoch > before.partitionEpoch, 'a change has a partition epoch', seen)
  const isFencing = after.leader !== before.leader || !isSubset(before.replicas, after.replicas)
  hold(
    !isFencing || after.leaderEpoch > before.leaderEpoch,
    'LEAD-01, REPL-10: another leader, or one replica less, has a leader epoch',
    seen,
  )
  const isNewLeader = after.leader >= 0 && after.leader !== before.leader
  const wasEligible = before.isr.includes(after.leader) || before.eligibleLeaderReplicas.includes(after.leader)
  const isAddedInSync = after.isr.includes(after.leader) && before.leader >= 0
  const isClean = !isNewLeader || wasEligible || isAddedInSync
  hold(isClean || after.leaderRecoveryState === 1, 'LEAD-03: who leads uncleanly has to recover', seen)
  const isAlive = (id: number) => {
    const broker = world.image.brokers.get(id)
    return broker?.fenced === false && !broker.inControlledShutdown
  }
  const isBesideThoseInSync = before.isr.some(id => after.replicas.includes(id) && isAlive(id))
  const isFromElr = isNewLeader && !before.isr.includes(after.leader) && before.eligibleLeaderReplicas.includes(after.leader)
  const wasReported = after.isr.length > 1
  hold(!isFromElr || wasReported || !isBesideThoseInSync, 'LEAD-05: while anybody is in sync nobody else leads', seen)
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

/** A cluster to which `history` happens: throws where a rule is broken. */
function live(release: string, history: readonly Deed[]): void {
  const world = new ControllerWorld({ release }).join(...brokerIds)
  world
    .topic('t', [[1, 2, 3]], { 'min.insync.replicas': '2' })
    .topic('u', [[3, 4, 5]], { 'unclean.leader.election.enable': 'true' })
  for (const deed of history) {
    const before = new Map(partitionsOf(world.image))
    deed.do(world)
    for (const [key, partition] of partitionsOf(world.image)) {
      checkPartition(world, partition)
      const earlier = before.get(key)
      if (earlier !== undefined) checkStep(world, earlier, partition)
    }
  }
  const { offset, epoch } = world.image
  const replayed = evolveImage(emptyImage('cluster'), world.records, { offset, epoch })
  expect(plain(replayed)).toEqual(plain(world.image))
  const reloaded = evolveImage(emptyImage('cluster'), imageRecords(world.image), { offset, epoch })
  expect(plain(reloaded)).toEqual(plain(world.image))
}

/** `HISTORY_RUNS=5000` for a longer look; a failure names its seed, for `HISTORY_SEED`. */
const numRuns = Number(process.env['HISTORY_RUNS'] ?? 200)
const seed = process.env['HISTORY_SEED'] === undefined ? {} : { seed: Number(process.env['HISTORY_SEED']) }

describe('whatever happens to a cluster', () => {
  for (const release of ['4.3', '3.9']) {
    const flavour = release === '3.9' ? 'records of 3.9, no ELR' : 'ELR'
    it(`partitions stay sound, and records tell everything (${flavour})`, {
      timeout: 60_000 + numRuns * 100,
    }, () => {
      fc.assert(
        fc.property(fc.array(deeds, { maxLength: 30 }), history => live(release, history)),
        { numRuns, ...seed },
      )
    })

    it(`REPL-19: fenced in its controlled shutdown, a broker does not come back to lead (found by seed 3; ${flavour})`, () => {
      live(release, [shutdown(5), fencing(5), shutdown(4), shutdown(3), heartbeat(5)])
    })

    it(`LEAD-05: the preferred leader is not elected from the ELR beside one in sync (${flavour})`, () => {
      live(release, [reporting('t', [1, 2]), fencing(1), heartbeat(1), electing('t', 0)])
    })

    it(`LEAD-10: a cancelled reassignment leaves nobody in sync who is no replica any more (found by seed 13; ${flavour})`, () => {
      live(release, [fencing(3), shutdown(5), reassigning('u', [1]), cleanRestart(4), reassigning('u', null)])
      live(release, [fencing(3), shutdown(5), reassigning('u', [1]), cleanRestart(4), reassigning('u', null), heartbeat(3)])
    })
  }
})
