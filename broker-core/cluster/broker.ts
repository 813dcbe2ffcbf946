import { emptyImage } from '../controller/image-draft.ts'
import type { MetadataView } from '../controller/image.ts'
import { coordinatorTopics } from '../coordinator/coordinators.ts'
import type { Env } from '../env/env.ts'
import { cordonedAmong, cordonedDirectoriesProperty } from '../model/cordoned-directories.ts'
import type { BrokerLayers } from '../server/config-layers.ts'
import { brokerValue, topicConfigInForce } from '../server/config-layers.ts'
import type { RecoveryProgress } from '../storage/log-directory-port.ts'
import type { StorageFailure } from '../storage/partition-log.ts'
import type { BrokerConfig } from './broker-config.ts'
import { brokerFailure } from './broker-failure.ts'
import { brokerLife } from './broker-life.ts'
import { startControllerOnly } from './controller-only.ts'
import { coordination } from './coordination.ts'
import { coordinatorSettings } from './coordinator-settings.ts'
import { dataPlane } from './data-plane.ts'
import { openDoors } from './doors.ts'
import { openListeners, type ListenerPair } from './listener-pair.ts'
import { metadataNode } from './metadata-node.ts'
import { openStorage, type OpenStorage } from './open-storage.ts'
import { topicCreation } from './topic-creation.ts'

export type { RecoveryProgress } from '../storage/log-directory-port.ts'

/** One broker (and, when the configuration says so, voter of the metadata quorum) of this thread. */
export interface RunningBroker {
  readonly nodeId: number
  /** The client listener's real port, also where 0 was asked for; -1 for a node that is a controller only. */
  readonly port: number
  /** -1 for a node that is a broker only. */
  readonly controllerPort: number
  readonly clusterId: string
  /** Resolves when registered, unfenced and caught up with the metadata; rejects when the broker stopped or failed before. */
  readonly ready: Promise<void>
  /** Controlled shutdown (REPL-19), flush, checkpoints, clean mark. Resolves when nothing of it is left; safe to call again. */
  stop(): Promise<void>
  /** Drops everything at once, as a crash does: no checkpoint, no clean mark, no goodbye. For tests and the fault panel. */
  kill(): Promise<void>
  /** Resolves with the error that stopped the broker, when one did (a bug, or its last log directory gone); never rejects. */
  readonly failed: Promise<Error>
}

/** What happens before there is a broker to ask. */
export interface BrokerObserver {
  /** While it opens its directories after an unclean stop; they are opened one after the other. */
  recovering?(progress: RecoveryProgress): void
}

export type StartBroker = (config: BrokerConfig, env: Env, observer?: BrokerObserver) => Promise<RunningBroker>

const requestToControllerMs = 30_000

/**
 * Opens directories and ports, joins the quorum and registers. Rejects with one clear error (LogDirectoryRefused, StorageFailure,
 * ConfigError, a listener that cannot be had) and leaves nothing behind; everything later is told by `ready` and `failed`.
 */
export const startBroker: StartBroker = async (config, env, observer = {}) => {
  if (!config.isBroker) return startControllerOnly(config, env)
  const settings = coordinatorSettings(config)
  const failure = brokerFailure()
  // Storage asks for topic configurations before there is any metadata.
  const newest: { metadata?: MetadataView } = {}
  const nothingKnown = emptyImage('')
  const layers: BrokerLayers = {
    nodeId: config.nodeId,
    given: config.given,
    image: () => newest.metadata?.image() ?? nothingKnown,
  }
  const diskFailed: { tell(failure: StorageFailure): void } = { tell: failure.fail }
  const storage = openStorage(config, env, {
    configOf: topic => topicConfigInForce(layers, topic),
    cordoned: paths => cordonedAmong(brokerValue(layers, cordonedDirectoriesProperty) ?? '', paths),
    // Nobody is forgotten before it is known for how long to remember.
    producerIdExpirationMs: () =>
      newest.metadata === undefined ? Number.POSITIVE_INFINITY : Number(brokerValue(layers, 'producer.id.expiration.ms')),
    onFailure: error => diskFailed.tell(error),
    onRecoveryProgress: progress => observer.recovering?.(progress),
  })
  const { listeners, node } = await openNode(config, env, storage, failure.fail)
  newest.metadata = node.metadata
  const topics = topicCreation({
    controller: node.channel,
    metadata: node.metadata,
    log: env.log,
    timeoutMs: requestToControllerMs,
    internalTopics: Object.values(coordinatorTopics(settings)),
  })
  const coordinators = coordination({
    config,
    settings,
    env,
    layers,
    metadata: node.metadata,
    channel: node.channel,
    internalTopics: topics.internalTopics,
    brokerEpoch: node.brokerEpoch,
  })
  const data = dataPlane({
    config,
    env,
    layers,
    directories: storage.directories,
    metadata: node.metadata,
    controller: node.channel,
    brokerEpoch: node.brokerEpoch,
    storageFailed: error => diskFailed.tell(error),
    leadershipChanged: coordinators.leadershipChanged,
    bug: failure.fail,
  })
  const { directories } = storage
  const dispatches = openDoors({
    config,
    env,
    node,
    data,
    layers,
    directories,
    topics,
    coordination: coordinators,
    bug: failure.fail,
  })
  const life = brokerLife({ config, env, failure, storage, listeners, node, data, coordination: coordinators, ...dispatches })
  diskFailed.tell = life.diskFailed
  return life.broker
}

/** What may still keep the broker from starting: a port that is taken, a metadata log that is damaged. */
async function openNode(config: BrokerConfig, env: Env, storage: OpenStorage, bug: (error: unknown) => void) {
  let listeners: ListenerPair | undefined
  try {
    listeners = await openListeners(config, env)
    return { listeners, node: metadataNode({ config, env, storage, listeners, bug }) }
  } catch (error) {
    await Promise.all([listeners?.client.close(), listeners?.controller?.close()])
    for (const directory of storage.directories.all) directory.abandon()
    throw error
  }
}
