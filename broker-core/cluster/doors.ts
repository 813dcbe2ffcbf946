import type { Env } from '../env/env.ts'
import type { BrokerLayers } from '../server/config-layers.ts'
import { createDispatch, type Dispatch } from '../server/dispatch.ts'
import { ClientQuotas } from '../server/quotas/client-quotas.ts'
import { ConnectionLimits } from '../server/quotas/connection-limits.ts'
import { ConnectionQuotas } from '../server/quotas/connection-quotas.ts'
import { ControllerMutations } from '../server/quotas/controller-mutations.ts'
import { Throttling } from '../server/quotas/throttling.ts'
import { configNumber, type BrokerConfig } from './broker-config.ts'
import type { Coordination } from './coordination.ts'
import { coordinatorHandlers } from './coordinator-handlers.ts'
import type { DataPlane } from './data-plane.ts'
import { clientHandlers, controllerDoorHandlers } from './handlers-list.ts'
import type { LogDirectories } from './log-directories.ts'
import type { MetadataNode } from './metadata-node.ts'
import type { TopicCreation } from './topic-creation.ts'

export interface DoorParts {
  readonly config: BrokerConfig
  readonly env: Env
  readonly node: MetadataNode
  readonly data: DataPlane
  readonly layers: BrokerLayers
  readonly directories: LogDirectories
  readonly topics: TopicCreation
  readonly coordination: Coordination
  bug(error: unknown): void
}

export interface Doors {
  readonly clientDispatch: Dispatch
  readonly controllerDispatch: Dispatch
  readonly clientLimits: ConnectionLimits
  readonly controllerLimits: ConnectionLimits
}

/** What is answered at the client listener and at the controller listener. */
export function openDoors(parts: DoorParts): Doors {
  const { bug, config, data, env, node } = parts
  const { coordination, directories, layers, topics } = parts
  const common = {
    config,
    env,
    node,
    replicas: data.replicas,
    moves: data.moves,
    directories,
    layers,
    topics,
    gate: coordination.gate,
  }
  const image = () => node.metadata.image()
  const nowMs = () => env.clock.monotonicMs()
  const quotas = new ClientQuotas(image)
  const mutations = new ControllerMutations({
    quotas,
    image,
    partitionsDefault: configNumber(config, 'num.partitions'),
    nowMs,
  })
  const throttling = new Throttling({ quotas, mutations, clock: env.clock, timers: env.timers })
  const unlimited: Dispatch = createDispatch({
    handlers: throttling.handlers([
      ...clientHandlers({ ...common, served: () => unlimited.served }),
      ...coordinatorHandlers({ env, metadata: node.metadata, replicas: data.replicas, coordination }),
    ]),
    door: 'broker',
    log: env.log,
    bug,
  })
  const clientDispatch = throttling.dispatch(unlimited)
  const controllerDispatch: Dispatch = createDispatch({
    handlers: controllerDoorHandlers({
      ...common,
      served: () => controllerDispatch.served,
      dispatch: () => controllerDispatch,
    }),
    door: 'controller',
    log: env.log,
    bug,
  })
  const clientLimits = new ConnectionLimits({
    layers,
    nowMs,
    listener: config.listener.name,
    quotas: new ConnectionQuotas(image, nowMs),
  })
  // As in Kafka, whose controller counts for itself; quotas of addresses are a broker's.
  const controllerLimits = new ConnectionLimits({ layers, nowMs, listener: config.controllerListener?.name ?? '' })
  return { clientDispatch, controllerDispatch, clientLimits, controllerLimits }
}
