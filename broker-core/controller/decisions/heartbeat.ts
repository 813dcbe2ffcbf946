import { errorCode } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { brokerHeartbeat } from '../../protocol/messages/63-broker-heartbeat.ts'
import type { ControllerState, Decision } from '../controller.ts'
import { metadataVersionOf } from '../feature-levels.ts'
import { evolveImage } from '../image-draft.ts'
import type { BrokerRegistration } from '../image.ts'
import type { MetadataRecord } from '../metadata-records.ts'
import {
  controlledShutdownRecords,
  fenceRecords,
  hasLeaderships,
  offlineDirectoryRecords,
  registrationChange,
  unfenceRecords,
} from './broker-changes.ts'
import { cordonMetadataVersion } from '../metadata-version.ts'
import { answer, brokerEpochProblem } from './decision.ts'

type Request = RequestOf<typeof brokerHeartbeat>
type Response = ResponseOf<typeof brokerHeartbeat>

export type BrokerStanding = 'fenced' | 'unfenced' | 'controlled-shutdown' | 'shutdown-now'

/** Where a broker stands now, from what the log says of it. */
export const standingOf = (broker: BrokerRegistration): BrokerStanding => {
  if (broker.fenced) return 'fenced'
  return broker.inControlledShutdown ? 'controlled-shutdown' : 'unfenced'
}

/** KIP-631: the next standing of a broker that sent this heartbeat. */
export function nextStanding(state: ControllerState, broker: BrokerRegistration, request: Request): BrokerStanding {
  const mayGo = (): boolean => {
    if (hasLeaderships(state, broker.brokerId)) return false
    const decidedAt = state.sessions.shutdownOffset(broker.brokerId)
    return decidedAt === undefined || decidedAt <= state.sessions.lowestActiveOffset()
  }
  switch (standingOf(broker)) {
    case 'fenced':
      if (request.wantShutDown) return 'shutdown-now'
      // REPL-19: silent since its controlled shutdown began. Whatever this late word says, it is about to be gone, and leads nothing any more.
      if (broker.inControlledShutdown) return 'fenced'
      return request.wantFence || request.currentMetadataOffset < broker.brokerEpoch ? 'fenced' : 'unfenced'
    case 'unfenced':
      if (request.wantFence) return request.wantShutDown ? 'shutdown-now' : 'fenced'
      return request.wantShutDown ? 'controlled-shutdown' : 'unfenced'
    case 'controlled-shutdown':
      return mayGo() ? 'shutdown-now' : 'controlled-shutdown'
    case 'shutdown-now':
      return 'shutdown-now'
  }
}

/** BrokerHeartbeat (63). REPL-19 and REPL-20. */
export function decideBrokerHeartbeat(state: ControllerState, request: Request): Decision<Response> {
  const problem = brokerEpochProblem(state.image, request.brokerId, request.brokerEpoch)
  const broker = state.image.brokers.get(request.brokerId)
  if (problem !== undefined || broker === undefined) {
    const error = problem ?? 'BROKER_ID_NOT_REGISTERED'
    return answer({ throttleTimeMs: 0, errorCode: errorCode(error), isCaughtUp: false, isFenced: true, shouldShutDown: false })
  }
  const before = standingOf(broker)
  const next = nextStanding(state, broker, request)
  const records = directoryRecords(state, broker, request)
  // Whoever is unfenced by the same word does not lead what lies in a directory that just failed.
  const image = records.length === 0 ? state.image : evolveImage(state.image, records, state.image)
  return {
    records: [...records, ...recordsFor({ ...state, image }, broker, before, next)],
    reply: {
      throttleTimeMs: 0,
      errorCode: 0,
      isCaughtUp: request.currentMetadataOffset >= broker.brokerEpoch,
      isFenced: next === 'fenced' || (next === 'shutdown-now' && before === 'fenced'),
      shouldShutDown: next === 'shutdown-now',
    },
  }
}

function recordsFor(
  state: ControllerState,
  broker: BrokerRegistration,
  before: BrokerStanding,
  next: BrokerStanding,
): MetadataRecord[] {
  if (next === 'controlled-shutdown') return controlledShutdownRecords(state, broker)
  if (before === next) return []
  if (next === 'unfenced') return unfenceRecords(state, broker)
  // What may stop now is fenced at once, so that nobody is sent to it.
  return before === 'fenced' ? [] : fenceRecords(state, broker)
}

/** KIP-858 and KIP-1066: directories that went offline take their replicas out of ISRs; cordoned ones get nothing new. */
function directoryRecords(state: ControllerState, broker: BrokerRegistration, request: Request): MetadataRecord[] {
  const records: MetadataRecord[] = []
  const online = broker.logDirectoryIds.filter(id => !request.offlineLogDirs.includes(id))
  if (online.length < broker.logDirectoryIds.length && online.length > 0) {
    records.push(registrationChange(broker, { logDirs: online }))
    records.push(...offlineDirectoryRecords(state, broker.brokerId, new Set(request.offlineLogDirs)))
  }
  const cordoned = request.cordonedLogDirs
  if (
    cordoned !== null &&
    metadataVersionOf(state.image) >= cordonMetadataVersion &&
    cordoned.join() !== broker.cordonedLogDirectoryIds.join()
  ) {
    records.push(registrationChange(broker, { cordonedLogDirs: cordoned }))
  }
  return records
}
