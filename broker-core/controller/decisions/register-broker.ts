import { zeroUuid } from '../../base/bytes/uuid.ts'
import { isSameEndpoint } from '../../env/network.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { brokerRegistration } from '../../protocol/messages/62-broker-registration.ts'
import type { ControllerState, Decision } from '../controller.ts'
import { evolveImage } from '../image-draft.ts'
import type { BrokerRegistration } from '../image.ts'
import type { MetadataRecord } from '../metadata-records.ts'
import { withFeatureLevel } from './features.ts'
import { answer } from './decision.ts'
import { offlineDirectoryRecords, uncleanShutdownRecords, withoutBroker } from './broker-changes.ts'

type Request = RequestOf<typeof brokerRegistration>
type Response = ResponseOf<typeof brokerRegistration>

/** BrokerRegistration (62): a fresh incarnation comes back fenced and gets the offset of its record as epoch; the same one keeps its own. */
export function decideBrokerRegistration(state: ControllerState, request: Request): Decision<Response> {
  const { image } = state
  if (request.clusterId !== image.clusterId) return refuse('INCONSISTENT_CLUSTER_ID')
  if (request.brokerId < 0 || request.incarnationId === zeroUuid || request.listeners.length === 0)
    return refuse('INVALID_REQUEST')
  const known = image.brokers.get(request.brokerId)
  const isRestart = known !== undefined && known.incarnationId !== request.incarnationId
  // A second process with the same id, while the first one is alive, would make two brokers out of one. One that holds the same ports, or
  // on the same host the same directories, which are locked, is no second one: the first must be gone, so it need not wait for its session
  // to end (Kafka lets it).
  const mayBeAlive = isRestart && !known.fenced && state.sessions.hasSession(request.brokerId)
  if (mayBeAlive && !hasSamePorts(known, request) && !hasSameDirectories(known, request))
    return refuse('DUPLICATE_BROKER_REGISTRATION')
  if (!supportsFinalized(state, request)) return refuse('UNSUPPORTED_VERSION')
  if (hasForeignDirectory(state, request)) return refuse('INVALID_REGISTRATION')
  const isSame = known !== undefined && !isRestart
  const brokerEpoch = isSame ? known.brokerEpoch : state.nextOffset
  const records: MetadataRecord[] = [
    {
      type: 'RegisterBrokerRecord',
      brokerId: request.brokerId,
      isMigratingZkBroker: false,
      incarnationId: request.incarnationId,
      brokerEpoch,
      endPoints: request.listeners,
      features: request.features,
      rack: request.rack,
      fenced: isSame ? known.fenced : true,
      inControlledShutdown: isSame ? known.inControlledShutdown : false,
      logDirs: request.logDirs,
      cordonedLogDirs: null,
    },
  ]
  // KIP-966: only a broker that can name its last epoch stopped cleanly. An older request version cannot say it, and counts as unclean. So does
  // one that was unregistered: partitions may still count on what was on the disks of its id.
  if (!isSame && request.previousBrokerEpoch !== known?.brokerEpoch)
    records.push(...uncleanShutdownRecords(state, request.brokerId))
  else if (isRestart) records.push(...cleanRestartRecords(state, known, request))
  return { records, reply: { throttleTimeMs: 0, errorCode: 0, brokerEpoch } }
}

/** DISK-38: what lay in a directory that the broker no longer has will be begun anew elsewhere; until then nobody can read it. */
function cleanRestartRecords(state: ControllerState, known: BrokerRegistration, { logDirs }: Request): MetadataRecord[] {
  const missing = known.logDirectoryIds.filter(id => logDirs.length > 0 && !logDirs.includes(id))
  const lost = missing.length === 0 ? [] : offlineDirectoryRecords(state, known.brokerId, new Set(missing))
  if (known.fenced) return lost
  const image = lost.length === 0 ? state.image : evolveImage(state.image, lost, state.image)
  return [...lost, ...withoutBroker({ ...state, image }, known.brokerId)]
}

const refuse = (error: KafkaErrorName): Decision<Response> =>
  answer({ throttleTimeMs: 0, errorCode: errorCode(error), brokerEpoch: -1 })

const hasSamePorts = (known: BrokerRegistration, request: Request): boolean =>
  request.listeners.every(listener => known.endpoints.some(endpoint => isSameEndpoint(endpoint, listener)))

function hasSameDirectories(known: BrokerRegistration, request: Request): boolean {
  const hosts = new Set(known.endpoints.map(endpoint => endpoint.host))
  const isSameHost = request.listeners.every(listener => hosts.has(listener.host))
  return isSameHost && request.logDirs.length > 0 && request.logDirs.every(id => known.logDirectoryIds.includes(id))
}

/** META-11: a broker that does not understand a finalized level could not read the log. */
function supportsFinalized(state: ControllerState, request: Request): boolean {
  for (const [name, level] of state.image.features) {
    const supported = request.features.find(feature => feature.name === name)
    // A broker of before a feature does not list it; only the metadata version is a must.
    if (supported === undefined && (name !== 'metadata.version' || request.features.length === 0)) continue
    if (supported === undefined || !withFeatureLevel(supported, level)) return false
  }
  return true
}

/** KIP-858: a directory id belongs to one broker. */
function hasForeignDirectory(state: ControllerState, request: Request): boolean {
  const own = new Set(request.logDirs)
  if (own.size !== request.logDirs.length) return true
  for (const broker of state.image.brokers.values()) {
    if (broker.brokerId !== request.brokerId && broker.logDirectoryIds.some(id => own.has(id))) return true
  }
  return false
}
