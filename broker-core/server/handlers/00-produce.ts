import type { Timers } from '../../env/clock.ts'
import { isInternalTopic } from '../../model/internal-topics.ts'
import { errorCode, errorMessage, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { Records, RequestOf, ResponseOf } from '../../protocol/api.ts'
import { produce } from '../../protocol/messages/00-produce.ts'
import { park } from '../../replication/parked/parked.ts'
import type { Partition } from '../../replication/partition.ts'
import { noRefusals, type Refusals, transactionAdmissions } from '../produce-admission.ts'
import type { TransactionGate } from '../transaction-gate.ts'
import { ConnectionMustClose } from '../connection-must-close.ts'
import { handler, type Handler, type RequestContext } from '../handler.ts'
import {
  findReplica,
  leaderHint,
  nodeEndpoints,
  noLeader,
  type PartitionAddress,
  type PartitionDirectory,
} from '../partition-access.ts'

type Request = RequestOf<typeof produce>
type Response = ResponseOf<typeof produce>
type PartitionResponse = Response['responses'][number]['partitionResponses'][number]

export interface ProduceDeps extends PartitionDirectory {
  readonly timers: Timers
  readonly gate: TransactionGate
}

/** A batch that was appended and, for acks=-1, waits for the high watermark. */
interface Written {
  readonly replica: Partition
  readonly address: PartitionAddress
  readonly leaderEpoch: number
  readonly lastOffset: number
  response: PartitionResponse
}

/** KIP-951. */
const leaderHintSince = 10

const noRecordErrors: PartitionResponse['recordErrors'] = []

/** Produce v3-13: PROD-01..13, IDEM-01..07 through the log, TXN-20 to TXN-22 through the gate. */
export function produceHandler(deps: ProduceDeps): Handler<typeof produce> {
  const admit = transactionAdmissions(deps)
  return handler(produce, (request, context) => {
    const admission = admit(request, context)
    if (admission === undefined) return write(deps, request, context, noRefusals)
    return admission.then(refusals => write(deps, request, context, refusals))
  })
}

function write(
  deps: ProduceDeps,
  request: Request,
  context: RequestContext,
  refusals: Refusals,
): Promise<Response> | Response | undefined {
  const written: Written[] = []
  const responses = request.topicData.map(topic => ({
    name: topic.name,
    topicId: topic.topicId,
    partitionResponses: topic.partitionData.map(data => {
      const address = { topic: topic.name, topicId: topic.topicId, partition: data.index, byId: context.apiVersion >= 13 }
      const refusal = refusals.get(data)
      if (refusal !== undefined) return refused(data.index, refusal)
      return writePartition(deps, request, context, address, data.records, written)
    }),
  }))
  if (request.acks === 0) return finishUnacknowledged(responses)
  if (request.acks !== -1 || written.length === 0) return answer(deps, context, responses)
  return whenReplicated(deps, request.timeoutMs, written).then(() =>
    answer(deps, context, settled(responses, written, hintsFor(deps, context))),
  )
}

function writePartition(
  deps: ProduceDeps,
  request: Request,
  context: RequestContext,
  address: PartitionAddress,
  records: Records | null,
  written: Written[],
): PartitionResponse {
  const { acks } = request
  if (acks !== -1 && acks !== 0 && acks !== 1) return refused(address.partition, 'INVALID_REQUIRED_ACKS')
  const replica = findReplica(deps, address)
  const hints = hintsFor(deps, context)
  if (typeof replica === 'string') return refused(address.partition, replica, hints, address)
  if (isInternalTopic(replica.topic) && context.clientId !== '__admin_client') {
    return refused(address.partition, 'INVALID_TOPIC_EXCEPTION')
  }
  const bytes = records?.chunks[0]
  if (bytes === undefined || bytes.length === 0) return refused(address.partition, 'INVALID_RECORD')
  const outcome = replica.append(bytes, { origin: 'client', requiresIsr: acks === -1, produceVersion: context.apiVersion })
  if (!outcome.ok) {
    const response = refused(address.partition, outcome.error, hints, address)
    return {
      ...response,
      errorMessage: outcome.message === '' ? response.errorMessage : outcome.message,
      recordErrors: (outcome.recordErrors ?? []).map(at => ({ batchIndex: at.batchIndex, batchIndexErrorMessage: at.message })),
    }
  }
  const response = {
    index: address.partition,
    errorCode: 0,
    baseOffset: outcome.firstOffset,
    logAppendTimeMs: outcome.logAppendTimeMs,
    logStartOffset: outcome.logStartOffset,
    recordErrors: noRecordErrors,
    errorMessage: null,
    currentLeader: noLeader,
  }
  written.push({ replica, address, leaderEpoch: replica.leaderEpoch, lastOffset: outcome.lastOffset, response })
  return response
}

const hintsFor = (deps: ProduceDeps, { apiVersion }: RequestContext): ProduceDeps | undefined =>
  apiVersion >= leaderHintSince ? deps : undefined

function refused(index: number, error: KafkaErrorName, deps?: ProduceDeps, address?: PartitionAddress): PartitionResponse {
  const hint = error === 'NOT_LEADER_OR_FOLLOWER' && deps !== undefined && address !== undefined
  return {
    index,
    errorCode: errorCode(error),
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
    recordErrors: noRecordErrors,
    errorMessage: errorMessage(error),
    currentLeader: hint ? leaderHint(deps, address) : noLeader,
  }
}

/** PROD-09: one wait for all partitions of the request. */
function whenReplicated(deps: ProduceDeps, timeoutMs: number, written: readonly Written[]): Promise<void> {
  let firstWaiting = 0
  const isOver = () => {
    while (firstWaiting < written.length && standing(written[firstWaiting]) !== 'waiting') firstWaiting += 1
    return firstWaiting === written.length
  }
  return new Promise(resolve => {
    const watch = written.map(one => one.replica.watermarkMoved)
    park({ isOver, watch, timeoutMs, complete: () => resolve() }, deps.timers)
  })
}

function standing(one: Written | undefined): 'waiting' | KafkaErrorName {
  return one === undefined ? 'NONE' : one.replica.acknowledgement(one.lastOffset, one.leaderEpoch)
}

function settled(
  responses: Response['responses'],
  written: readonly Written[],
  hints: ProduceDeps | undefined,
): Response['responses'] {
  const changed = new Map<PartitionResponse, PartitionResponse>()
  for (const one of written) {
    const state = standing(one)
    if (state === 'NONE') continue
    const error = state === 'waiting' ? 'REQUEST_TIMED_OUT' : state
    changed.set(one.response, refused(one.response.index, error, hints, one.address))
  }
  if (changed.size === 0) return responses
  return responses.map(topic => ({
    ...topic,
    partitionResponses: topic.partitionResponses.map(response => changed.get(response) ?? response),
  }))
}

function answer(deps: ProduceDeps, context: RequestContext, responses: Response['responses']): Response {
  const leaders = responses.flatMap(topic =>
    topic.partitionResponses
      .filter(response => response.currentLeader.leaderId >= 0)
      .map(response => response.currentLeader.leaderId),
  )
  const endpoints = leaders.length === 0 ? [] : nodeEndpoints(deps.image(), leaders, context.listener)
  return { responses, throttleTimeMs: 0, nodeEndpoints: endpoints }
}

/** WIRE-13: no reply; a failure closes the connection so that the client notices. */
function finishUnacknowledged(responses: Response['responses']): undefined {
  const failed = responses.flatMap(topic => topic.partitionResponses).find(response => response.errorCode !== 0)
  if (failed !== undefined) throw new ConnectionMustClose(`produce with acks=0 failed: ${failed.errorMessage ?? ''}`)
  return undefined
}
