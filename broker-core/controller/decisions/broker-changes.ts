import type { ControllerState } from '../controller.ts'
import type { BrokerRegistration, PartitionImage, TopicImage } from '../image.ts'
import type { BrokerRegistrationChangeRecord, MetadataRecord } from '../metadata-records.ts'
import { noLeader } from '../metadata-records.ts'
import { type ChangeContext, partitionChangeRecord, type WantedChange } from '../partition-change.ts'
import { changeContext, partitionsWhere } from './decision.ts'

export function registrationChange(
  broker: Pick<BrokerRegistration, 'brokerId' | 'brokerEpoch'>,
  change: Partial<BrokerRegistrationChangeRecord>,
): BrokerRegistrationChangeRecord {
  return {
    type: 'BrokerRegistrationChangeRecord',
    brokerId: broker.brokerId,
    brokerEpoch: broker.brokerEpoch,
    fenced: 0,
    inControlledShutdown: 0,
    logDirs: [],
    cordonedLogDirs: null,
    ...change,
  }
}

type State = Pick<ControllerState, 'image' | 'defaults'>

/** REPL-20: out of every ISR and leadership. */
export function fenceRecords(state: State, broker: BrokerRegistration): MetadataRecord[] {
  return [registrationChange(broker, { fenced: 1 }), ...withoutBroker(state, broker.brokerId)]
}

/** Leaderless partitions that it may lead get it (or whom else they can have) as leader. */
export function unfenceRecords(state: State, broker: BrokerRegistration): MetadataRecord[] {
  const records: MetadataRecord[] = [registrationChange(broker, { fenced: -1 })]
  const waiting = partitionsWhere(
    state.image,
    partition => partition.leader === noLeader && partition.replicas.includes(broker.brokerId),
  )
  pushChanges(records, waiting, topic => changeContext(state, topic, { alive: broker.brokerId }))
  return records
}

/** REPL-19: like fencing, but the broker goes on serving until nobody asks it any more. */
export function controlledShutdownRecords(state: State, broker: BrokerRegistration): MetadataRecord[] {
  const first: MetadataRecord[] = broker.inControlledShutdown ? [] : [registrationChange(broker, { inControlledShutdown: 1 })]
  return [...first, ...withoutBroker(state, broker.brokerId)]
}

/** LEAD-06: what it had not flushed may be gone, so it is neither in sync nor eligible. */
export function uncleanShutdownRecords(state: State, brokerId: number): MetadataRecord[] {
  const records: MetadataRecord[] = []
  const touched = partitionsWhere(
    state.image,
    partition => partition.isr.includes(brokerId) || partition.eligibleLeaderReplicas.includes(brokerId),
  )
  pushChanges(
    records,
    touched,
    topic => changeContext(state, topic, { gone: brokerId }),
    partition => ({ isr: partition.isr.filter(replica => replica !== brokerId), uncleanShutdownReplicas: [brokerId] }),
  )
  return records
}

/** Partition changes that take `brokerId` out of ISRs and leaderships. */
export function withoutBroker(state: State, brokerId: number): MetadataRecord[] {
  const records: MetadataRecord[] = []
  const touched = partitionsWhere(state.image, partition => partition.isr.includes(brokerId) || partition.leader === brokerId)
  pushChanges(
    records,
    touched,
    topic => changeContext(state, topic, { gone: brokerId }),
    partition => ({ isr: partition.isr.filter(replica => replica !== brokerId) }),
  )
  return records
}

/** DISK-38: replicas in these directories are out of sync, and not eligible: nobody can read them. */
export function offlineDirectoryRecords(state: State, brokerId: number, directoryIds: ReadonlySet<string>): MetadataRecord[] {
  const records: MetadataRecord[] = []
  const isThere = (partition: PartitionImage): boolean => {
    const directory = partition.directories[partition.replicas.indexOf(brokerId)]
    const counts = partition.isr.includes(brokerId) || partition.eligibleLeaderReplicas.includes(brokerId)
    return counts && directory !== undefined && directoryIds.has(directory)
  }
  pushChanges(
    records,
    partitionsWhere(state.image, isThere),
    topic => changeContext(state, topic, { gone: brokerId }),
    partition => ({ isr: partition.isr.filter(replica => replica !== brokerId), uncleanShutdownReplicas: [brokerId] }),
  )
  return records
}

function pushChanges(
  records: MetadataRecord[],
  partitions: Iterable<{ topic: TopicImage; partition: PartitionImage }>,
  contextOf: (topic: TopicImage) => ChangeContext,
  wantedOf: (partition: PartitionImage) => WantedChange = () => ({}),
): void {
  let current: { topic: TopicImage; context: ChangeContext } | undefined
  for (const { topic, partition } of partitions) {
    if (current?.topic !== topic) current = { topic, context: contextOf(topic) }
    const record = partitionChangeRecord(partition, current.context, wantedOf(partition))
    if (record !== undefined) records.push(record)
  }
}

export function hasLeaderships(state: Pick<ControllerState, 'image'>, brokerId: number): boolean {
  for (const _ of partitionsWhere(state.image, partition => partition.leader === brokerId)) return true
  return false
}
