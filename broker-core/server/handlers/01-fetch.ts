import type { Clock, Timers } from '../../env/clock.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { fetch } from '../../protocol/messages/01-fetch.ts'
import { park } from '../../replication/parked/parked.ts'
import type { WatchList } from '../../replication/parked/watch-list.ts'
import type { CatchUpLimit } from '../../replication/ports.ts'
import type { FetchAsk, FetchSessions, FetchTarget, FetchTurn } from '../fetch/fetch-session.ts'
import {
  isLimited,
  isQuiet,
  readableEnd,
  readPartition,
  type FetchPartitionResponse,
  type FetchReader,
  type PartitionRead,
} from '../fetch/read-partition.ts'
import { handler, type Handler, type RequestContext } from '../handler.ts'
import { findReplica, nodeEndpoints, type PartitionDirectory } from '../partition-access.ts'

type Request = RequestOf<typeof fetch>
type Response = ResponseOf<typeof fetch>

export interface FetchDeps extends PartitionDirectory {
  readonly clock: Clock
  readonly timers: Timers
  readonly sessions: FetchSessions
  /** `fetch.max.bytes`. */
  readonly maxBytes: number
  /** FF-01: `replica.selector.class` names the rack-aware selector. */
  readonly selectsByRack: boolean
  /** LEAD-12: what followers outside of the ISR may take. */
  readonly catchUpLimit: CatchUpLimit
}

interface Round {
  readonly reads: readonly PartitionRead[]
  readonly sizeBytes: number
  /** FETCH-04: an error, a diverging epoch, the end of an older segment, or enough bytes. */
  readonly isOver: boolean
}

/** KIP-951. */
const endpointsSince = 16

/** Fetch v4-18 on the broker's listener: FETCH-01..11, sessions FS-01..08, followers as sources FF-01..04. */
export function fetchHandler(deps: FetchDeps): Handler<typeof fetch> {
  return handler(fetch, (request, context) => {
    const reader = readerOf(deps, request, context)
    const turn = deps.sessions.turn(askOf(request, reader))
    if (typeof turn === 'string') return refused(turn)
    const maxBytes = Math.min(request.maxBytes, deps.maxBytes)
    // FETCH-05: what may not be sent is not waited for.
    const minBytes = Math.min(request.minBytes, maxBytes)
    const first = readAll(deps, reader, turn, minBytes, maxBytes)
    const mustAnswerNow = first.isOver || request.maxWaitMs <= 0 || turn.entryCount === 0
    if (mustAnswerNow) return answer(deps, context, reader, turn, first)
    const again = { ...reader, isFirstRead: false }
    return parked(deps, { ...request, minBytes }, again, turn, maxBytes).then(() =>
      answer(deps, context, again, turn, readAll(deps, again, turn, minBytes, maxBytes)),
    )
  })
}

function readerOf(deps: FetchDeps, request: Request, context: RequestContext): FetchReader {
  const isOld = context.apiVersion < 15
  const replicaId = isOld ? request.replicaId : request.replicaState.replicaId
  return {
    byId: context.apiVersion >= 13,
    version: context.apiVersion,
    replicaId,
    replicaEpoch: isOld ? -1 : request.replicaState.replicaEpoch,
    readCommitted: request.isolationLevel === 1,
    isFirstRead: true,
    nowMs: deps.clock.monotonicMs(),
    rack: deps.selectsByRack && replicaId < 0 ? request.rackId : '',
    wantsWatermark: deps.selectsByRack && replicaId >= 0,
    limit: replicaId >= 0 && deps.catchUpLimit.isOn ? deps.catchUpLimit : undefined,
  }
}

function askOf(request: Request, reader: FetchReader): FetchAsk {
  const targets: FetchTarget[] = []
  for (const { topic, topicId, partitions } of request.topics) {
    for (const wanted of partitions) {
      targets.push({
        topic,
        topicId,
        byId: reader.byId,
        partition: wanted.partition,
        currentLeaderEpoch: wanted.currentLeaderEpoch,
        fetchOffset: wanted.fetchOffset,
        lastFetchedEpoch: wanted.lastFetchedEpoch,
        logStartOffset: wanted.logStartOffset,
        maxBytes: wanted.partitionMaxBytes,
      })
    }
  }
  const forgotten = request.forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
    partitions.map(partition => ({ topic, topicId, partition })),
  )
  const { sessionId, sessionEpoch } = request
  return { sessionId, sessionEpoch, byId: reader.byId, isFollower: reader.replicaId >= 0, targets, forgotten }
}

/** FETCH-05: limits are soft for the first partition that has data. */
function readAll(deps: FetchDeps, reader: FetchReader, turn: FetchTurn, minBytes: number, maxBytes: number): Round {
  const reads: PartitionRead[] = []
  let sizeBytes = 0
  let availableBytes = 0
  let limitedBytes = reader.limit?.roomBytes() ?? Number.POSITIVE_INFINITY
  let isUrgent = false
  for (const entry of turn.entries()) {
    if (turn.isIncremental && isQuiet(deps, reader, entry)) continue
    const budget = { maxBytes: maxBytes - sizeBytes, atLeastOneBatch: sizeBytes === 0, limitedBytes }
    const read = readPartition(deps, reader, entry, budget)
    sizeBytes += read.sizeBytes
    availableBytes += read.availableBytes
    if (reader.limit !== undefined && read.sizeBytes > 0) limitedBytes -= coveredBytes(deps, reader.limit, read)
    isUrgent ||= isAnsweredAtOnce(read.response) || read.endsAtSegment
    reads.push(read)
  }
  return { reads, sizeBytes, isOver: isUrgent || availableBytes >= minBytes }
}

function coveredBytes(deps: FetchDeps, limit: CatchUpLimit, { entry, sizeBytes }: PartitionRead): number {
  const replica = findReplica(deps, entry.target)
  return typeof replica !== 'string' && limit.covers(replica.topic, replica.partition) ? sizeBytes : 0
}

const isAnsweredAtOnce = (response: FetchPartitionResponse): boolean =>
  response.errorCode !== 0 || response.divergingEpoch.epoch >= 0 || response.preferredReadReplica >= 0

/** FETCH-04: resolves when it is worth reading again, or the wait is over. */
function parked(deps: FetchDeps, request: Request, reader: FetchReader, turn: FetchTurn, maxBytes: number): Promise<void> {
  const watch: WatchList[] = []
  for (const { target } of turn.entries()) {
    const replica = findReplica(deps, target)
    if (typeof replica === 'string') continue
    if (reader.replicaId >= 0) watch.push(replica.logEndMoved)
    if (reader.replicaId < 0 || reader.wantsWatermark) watch.push(replica.watermarkMoved)
  }
  const isOver = () => {
    if (!hasAnything(deps, reader, turn)) return false
    return request.minBytes <= 1 || readAll(deps, reader, turn, request.minBytes, maxBytes).isOver
  }
  return new Promise(resolve => {
    park({ isOver, watch, timeoutMs: request.maxWaitMs, complete: () => resolve() }, deps.timers)
  })
}

/** Without reading: whether any partition has bytes for this reader, or something to say. */
function hasAnything(deps: FetchDeps, reader: FetchReader, turn: FetchTurn): boolean {
  const mayBeFollower = reader.replicaId === -1
  const isHeldBack = reader.limit !== undefined && reader.limit.roomBytes() <= 0
  for (const { target, highWatermark } of turn.entries()) {
    const replica = findReplica(deps, target)
    if (typeof replica === 'string') return true
    if (replica.accessRefusal(target.currentLeaderEpoch, mayBeFollower) !== undefined) return true
    const hasData = target.fetchOffset < readableEnd(replica, reader) || target.fetchOffset < replica.log.logStartOffset
    if (hasData && !(isHeldBack && isLimited(replica, reader))) return true
    if (reader.wantsWatermark && highWatermark >= 0 && highWatermark < replica.log.highWatermark) return true
    // REPL-08, REPL-09: a deletion waits for the followers to take over the start of the log.
    if (reader.replicaId >= 0 && target.logStartOffset < replica.log.logStartOffset) return true
  }
  return false
}

function answer(deps: FetchDeps, context: RequestContext, reader: FetchReader, turn: FetchTurn, round: Round): Response {
  const responses: { topic: string; topicId: string; partitions: FetchPartitionResponse[] }[] = []
  const leaders: number[] = []
  for (const read of round.reads) {
    const { entry, response, sizeBytes } = read
    if (reader.limit !== undefined && sizeBytes > 0) reader.limit.took(coveredBytes(deps, reader.limit, read))
    const hasNews = sizeBytes > 0 || (response.errorCode === 0 && isAnsweredAtOnce(response))
    if (!turn.isTold(entry, { ...response, hasNews })) continue
    const { target } = entry
    const last = responses.at(-1)
    const isSame = last !== undefined && (reader.byId ? last.topicId === target.topicId : last.topic === target.topic)
    if (isSame) last.partitions.push(response)
    else responses.push({ topic: target.topic, topicId: target.topicId, partitions: [response] })
    if (reader.version >= endpointsSince && response.currentLeader.leaderId >= 0) leaders.push(response.currentLeader.leaderId)
  }
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    sessionId: turn.sessionId,
    responses,
    nodeEndpoints: leaders.length === 0 ? [] : nodeEndpoints(deps.image(), leaders, context.listener),
  }
}

function refused(error: KafkaErrorName): Response {
  return { throttleTimeMs: 0, errorCode: errorCode(error), sessionId: 0, responses: [], nodeEndpoints: [] }
}
