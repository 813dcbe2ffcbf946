import type { ControllerChannel } from '../controller/controller-channel.ts'
import { errorName, type KafkaErrorName } from '../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import { alterPartition } from '../protocol/messages/56-alter-partition.ts'
import type { IsrChange, IsrChangeResult, IsrChannel } from '../replication/ports.ts'

export interface IsrChannelOptions {
  readonly brokerId: number
  brokerEpoch(): number
  readonly controller: ControllerChannel
  readonly timeoutMs: number
}

interface Pending {
  readonly change: IsrChange
  readonly resolve: (result: IsrChangeResult) => void
  readonly reject: (error: unknown) => void
}

type Answer = ResponseOf<typeof alterPartition>
type PartitionAnswer = Answer['topics'][number]['partitions'][number]

/** The leader gives up on these until the metadata log says more; everything else is asked again. */
const finalErrors: ReadonlySet<KafkaErrorName> = new Set<KafkaErrorName>([
  'UNKNOWN_TOPIC_ID',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'INVALID_UPDATE_VERSION',
  'INELIGIBLE_REPLICA',
  'NEW_LEADER_ELECTED',
  'INVALID_REQUEST',
])

/**
 * REPL-05 for all partitions of this broker: one AlterPartition in flight, the changes that come meanwhile travel together in the
 * next. Bounded by the number of partitions, each of which has one change open.
 */
export function isrChannel(options: IsrChannelOptions): IsrChannel {
  let waiting: Pending[] = []
  let isBusy = false
  const pump = async () => {
    while (waiting.length > 0) {
      const sent = waiting
      waiting = []
      await send(options, sent)
    }
    isBusy = false
  }
  return {
    alterIsr: change =>
      new Promise((resolve, reject) => {
        waiting.push({ change, resolve, reject })
        if (isBusy) return
        isBusy = true
        // What the same turn of the event loop still asks for goes along.
        void Promise.resolve().then(pump)
      }),
  }
}

async function send(options: IsrChannelOptions, sent: readonly Pending[]): Promise<void> {
  try {
    const answer = await options.controller.send(alterPartition, requestOf(options, sent), { timeoutMs: options.timeoutMs })
    for (const pending of sent) pending.resolve(resultFor(pending.change, answer))
  } catch (error) {
    for (const pending of sent) pending.reject(error)
  }
}

function requestOf(options: IsrChannelOptions, sent: readonly Pending[]): RequestOf<typeof alterPartition> {
  const byTopic = new Map<string, IsrChange[]>()
  for (const { change } of sent) {
    const ofTopic = byTopic.get(change.topicId)
    if (ofTopic === undefined) byTopic.set(change.topicId, [change])
    else ofTopic.push(change)
  }
  const topics = [...byTopic].map(([topicId, changes]) => ({
    topicId,
    partitions: changes.map(change => ({
      partitionIndex: change.partition,
      leaderEpoch: change.leaderEpoch,
      newIsr: [],
      newIsrWithEpochs: change.newIsr,
      leaderRecoveryState: change.leaderRecoveryState,
      partitionEpoch: change.partitionEpoch,
    })),
  }))
  return { brokerId: options.brokerId, brokerEpoch: options.brokerEpoch(), topics }
}

function resultFor(change: IsrChange, answer: Answer): IsrChangeResult {
  if (answer.errorCode !== 0) return { ok: false, error: errorName(answer.errorCode), retriable: true }
  const partition = answer.topics
    .find(topic => topic.topicId === change.topicId)
    ?.partitions.find(candidate => candidate.partitionIndex === change.partition)
  if (partition === undefined) return { ok: false, error: 'UNKNOWN_SERVER_ERROR', retriable: true }
  return partition.errorCode === 0 ? committed(partition) : refused(errorName(partition.errorCode))
}

const committed = ({ isr, leaderId, leaderEpoch, partitionEpoch }: PartitionAnswer): IsrChangeResult => ({
  ok: true,
  isr,
  leader: leaderId,
  leaderEpoch,
  partitionEpoch,
})

const refused = (error: KafkaErrorName): IsrChangeResult => ({ ok: false, error, retriable: !finalErrors.has(error) })
