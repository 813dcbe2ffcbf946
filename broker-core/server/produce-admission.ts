import type { KafkaErrorName } from '../model/kafka-errors.ts'
import type { RequestOf } from '../protocol/api.ts'
import type { produce } from '../protocol/messages/00-produce.ts'
import {
  batchBaseSequence,
  batchHeaderBytes,
  batchIsTransactional,
  batchMagic,
  batchProducerEpoch,
  batchProducerId,
  currentMagic,
} from '../records/batch-header.ts'
import type { RequestContext } from './handler.ts'
import { findReplica, type PartitionDirectory } from './partition-access.ts'
import type { GatePlace, GateRequest, TransactionGate } from './transaction-gate.ts'

type Request = RequestOf<typeof produce>
type PartitionData = Request['topicData'][number]['partitionData'][number]

/** Partitions of a request that may not be written to. */
export type Refusals = ReadonlyMap<PartitionData, KafkaErrorName>

export const noRefusals: Refusals = new Map()

/** TXN-22: from this version on the broker adds partitions itself; before it only verifies (TXN-20). */
const addsPartitionsSince = 12
const abortableSince = 11

interface Claimed {
  readonly data: PartitionData
  readonly place: GatePlace
  readonly producerId: number
  readonly producerEpoch: number
}

type AdmissionDeps = PartitionDirectory & { readonly gate: TransactionGate }

/** Undefined: nothing transactional, or all of it known to the gate: the request may be written at once. */
export type AdmitTransaction = (request: Request, context: RequestContext) => Promise<Refusals> | undefined

/**
 * Requests of a connection are written in the order of their coming: one that could go on at once waits for those before it that
 * are still being asked about, else their sequences would be out of order.
 */
export function transactionAdmissions(deps: AdmissionDeps): AdmitTransaction {
  const underWay = new Map<number, Promise<void>>()
  return (request, context) => {
    const claimed = transactionalData(deps, request, context)
    if (claimed.length === 0) return undefined
    const { connectionId } = context
    const before = underWay.get(connectionId)
    const claim = claimOf(request, context, claimed)
    if (before === undefined && typeof claim !== 'string' && deps.gate.isOpen(claim)) return undefined
    const go = async () => {
      const refusals = await enter(deps, claim, context, claimed)
      return withoutUnasked(refusals, claimed, transactionalData(deps, request, context))
    }
    const admission = before === undefined ? go() : before.then(go)
    const over = (): void => {
      if (underWay.get(connectionId) === settled) underWay.delete(connectionId)
    }
    const settled: Promise<void> = admission.then(over, over)
    underWay.set(connectionId, settled)
    return admission
  }
}

/**
 * Who became leader while others were asked about, or leads in another epoch now, was not asked about: `present` as it is when the request is
 * written. Else a batch could join the transaction before its own, whose marker is lost or on its way (TXN-20).
 */
function withoutUnasked(refusals: Refusals, claimed: readonly Claimed[], present: readonly Claimed[]): Refusals {
  const epochs = new Map(claimed.map(({ data, place }) => [data, place.leaderEpoch]))
  const unasked = present.filter(({ data, place }) => epochs.get(data) !== place.leaderEpoch)
  if (unasked.length === 0) return refusals
  return new Map([...refusals, ...unasked.map(({ data }) => [data, 'NOT_LEADER_OR_FOLLOWER'] as const)])
}

/** What the gate is asked; an error where the request is not of one producer in one transaction, whatever the gate would say. */
function claimOf(
  { transactionalId }: Request,
  { apiVersion }: RequestContext,
  claimed: readonly Claimed[],
): GateRequest | KafkaErrorName {
  const [first] = claimed
  if (first === undefined || transactionalId === null) return 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'
  const { producerEpoch, producerId } = first
  const isOne = claimed.every(one => one.producerId === producerId && one.producerEpoch === producerEpoch)
  if (!isOne) return 'INVALID_PRODUCER_ID_MAPPING'
  const mode = apiVersion >= addsPartitionsSince ? 'add' : 'verify'
  return { transactionalId, producerId, producerEpoch, mode, places: claimed.map(({ place }) => place) }
}

async function enter(
  { gate }: AdmissionDeps,
  claim: GateRequest | KafkaErrorName,
  { apiVersion }: RequestContext,
  claimed: readonly Claimed[],
): Promise<Refusals> {
  if (typeof claim === 'string') return new Map(claimed.map(({ data }) => [data, claim]))
  if (gate.isOpen(claim)) return noRefusals
  const errors = await gate.enter(claim)
  const refusals = new Map<PartitionData, KafkaErrorName>()
  for (const [index, { data }] of claimed.entries()) {
    const error = errors[index] ?? 'UNKNOWN_SERVER_ERROR'
    if (error !== 'NONE') refusals.set(data, toldOf(error, apiVersion))
  }
  return refusals
}

/** One look at each batch header. Partitions that are not led here, or hold no batch, are refused later in their own words. */
function transactionalData(deps: PartitionDirectory, request: Request, { apiVersion }: RequestContext): readonly Claimed[] {
  const claimed: Claimed[] = []
  for (const { name, topicId, partitionData } of request.topicData) {
    for (const data of partitionData) {
      const bytes = data.records?.chunks[0]
      if (bytes === undefined || bytes.length < batchHeaderBytes || batchMagic(bytes, 0) !== currentMagic) continue
      if (!batchIsTransactional(bytes, 0) || batchProducerId(bytes, 0) < 0) continue
      const replica = findReplica(deps, { topic: name, topicId, partition: data.index, byId: apiVersion >= 13 })
      if (typeof replica === 'string' || !replica.isLeader) continue
      const { leaderEpoch, partition, topic } = replica
      const producer = { producerId: batchProducerId(bytes, 0), producerEpoch: batchProducerEpoch(bytes, 0) }
      const place = { topic, partition, leaderEpoch, firstSequence: batchBaseSequence(bytes, 0) }
      claimed.push({ data, place, ...producer })
    }
  }
  return claimed
}

/** What a producer understands of the coordinator's words, by version (TXN-20, TXN-21). */
function toldOf(error: KafkaErrorName, apiVersion: number): KafkaErrorName {
  switch (error) {
    case 'PRODUCER_FENCED':
      return 'INVALID_PRODUCER_EPOCH'
    case 'TRANSACTION_ABORTABLE':
      return apiVersion >= abortableSince ? error : 'INVALID_TXN_STATE'
    case 'CONCURRENT_TRANSACTIONS':
      return apiVersion >= addsPartitionsSince ? error : 'NOT_ENOUGH_REPLICAS'
    case 'COORDINATOR_LOAD_IN_PROGRESS':
    case 'COORDINATOR_NOT_AVAILABLE':
    case 'NOT_COORDINATOR':
      return 'NOT_ENOUGH_REPLICAS'
    default:
      return error
  }
}
