import { assert } from '../base/assert.ts'
import { createRaftNode } from '../consensus/node.ts'
import type { RaftNode } from '../consensus/raft-node.ts'
import type { Listener } from '../consensus/voter-set.ts'
import type { ControllerChannel } from '../controller/controller-channel.ts'
import { startController } from '../controller/controller-node.ts'
import type { Controller } from '../controller/controller.ts'
import { metadataLoader, type MetadataLoader } from '../controller/metadata-loader.ts'
import type { Env } from '../env/env.ts'
import { type Endpoint, isSameEndpoint } from '../env/network.ts'
import { readBootstrapFile } from './bootstrap-file.ts'
import { configBoolean, configNumber, type BrokerConfig } from './broker-config.ts'
import { startLifecycle, type BrokerLifecycle } from './broker-lifecycle.ts'
import { brokerWatch } from './broker-watch.ts'
import { controllerChannel } from './controller-channel.ts'
import { registerController } from './controller-registration.ts'
import { guardedDisk } from './guarded-disk.ts'
import { guardedTimers } from './guarded-timers.ts'
import type { ListenerPair } from './listener-pair.ts'
import type { OpenStorage } from './open-storage.ts'
import { quorumStateFile } from './quorum-state-file.ts'
import { openRaftLog } from './raft-log.ts'
import { raftPeers } from './raft-peers.ts'
import { controllerDefaults } from './static-defaults.ts'

export interface MetadataNodeOptions {
  readonly config: BrokerConfig
  readonly env: Env
  readonly storage: OpenStorage
  readonly listeners: ListenerPair
  /** A broken invariant of the quorum, or its log gone. */
  bug(error: unknown): void
}

/** The part of a broker that keeps the metadata: member of the quorum, perhaps its active controller, registered as a broker. */
export interface MetadataNode {
  readonly raft: RaftNode
  readonly metadata: MetadataLoader
  readonly controller: Controller
  readonly channel: ControllerChannel
  /** Epoch of this run; -1 before registration. */
  brokerEpoch(): number
  /** Joins the quorum, as a node that is no broker; the controller listener must serve by now. */
  join(): void
  /** Joins the quorum and registers as a broker; the controller listener must serve by now. */
  start(): BrokerLifecycle
  /** Leaves the quorum, with a word to the others when this node leads it. */
  stop(): Promise<void>
  /** Falls silent at once. */
  kill(): void
}

export function metadataNode(options: MetadataNodeOptions): MetadataNode {
  const { config, storage } = options
  const env: Env = { ...options.env, timers: guardedTimers(options.env.timers, options.bug) }
  const { raft, leave } = openQuorum(options, env)
  const metadata = metadataLoader({ clusterId: storage.clusterId, timers: env.timers, sink: env.log })
  raft.subscribe(metadata.listener)
  metadata.snapshotInto(raft, {
    bytes: configNumber(config, 'metadata.log.max.record.bytes.between.snapshots'),
    intervalMs: configNumber(config, 'metadata.log.max.snapshot.interval.ms'),
  })
  const controller = startController({
    raft,
    metadata,
    defaults: controllerDefaults(config),
    bootstrap: bootstrapOf(config, env),
    clock: env.clock,
    timers: env.timers,
    random: env.random,
    digest: env.digest,
    sink: env.log,
    watch: brokerWatch(env, options.bug),
  })
  const requestTimeoutMs = configNumber(config, 'controller.quorum.request.timeout.ms')
  const channel = controllerChannel({ nodeId: config.nodeId, raft, env, requestTimeoutMs })
  let lifecycle: BrokerLifecycle | undefined
  raft.subscribe({
    loadSnapshot() {},
    commit() {},
    leaderChanged(leaderId) {
      if (leaderId !== undefined) lifecycle?.leaderChanged()
    },
  })
  let stopRegistration = () => {}
  const join = () => {
    raft.start()
    const { controllerListener: listener, nodeId } = config
    if (listener !== undefined) stopRegistration = registerController({ nodeId, listener, channel, env })
  }
  const silence = () => {
    lifecycle?.stop()
    stopRegistration()
    channel.close()
    controller.stop()
  }
  return {
    raft,
    metadata,
    controller,
    channel,
    brokerEpoch: () => lifecycle?.brokerEpoch() ?? -1,
    join,
    start() {
      join()
      lifecycle = startLifecycle(lifecycleOptions(options, channel, metadata))
      return lifecycle
    },
    async stop() {
      silence()
      await raft.stop()
      leave()
    },
    kill() {
      silence()
      raft.abandon()
      leave()
    },
  }
}

/** Only who may lead the quorum writes the first records of a cluster. */
function bootstrapOf({ controllerListener, logDirectories: [first] }: BrokerConfig, env: Env) {
  return controllerListener === undefined || first === undefined ? undefined : readBootstrapFile(first, env)
}

/** The member of the quorum on this node, and how to let go of its log and connections. */
function openQuorum(options: MetadataNodeOptions, env: Env): { readonly raft: RaftNode; leave(): void } {
  const { config, storage } = options
  const { nodeId } = config
  const { clusterId, metadataLogPath: directory } = storage
  const voters = votersOf(options)
  const directoryId = storage.directories.all[0]?.directoryId
  assert(directoryId !== undefined, 'metadata: no log directory')
  const disk = guardedDisk(env.disk, options.bug)
  const log = openRaftLog({ directory, disk, clock: env.clock, codecs: env, sink: env.log })
  const requestTimeoutMs = configNumber(config, 'controller.quorum.request.timeout.ms')
  const known: { raft?: RaftNode } = {}
  const peers = raftPeers({ nodeId, endpointsOf: id => known.raft?.endpointsOf(id) ?? [], requestTimeoutMs, env })
  const raft = createRaftNode({
    nodeId,
    directoryId,
    clusterId,
    voters,
    bootstrapServers: config.bootstrapServers.filter(server => !isOwn(options, server)),
    listeners: controllerListeners(options),
    autoJoins: configBoolean(config, 'controller.quorum.auto.join.enable'),
    log,
    state: quorumStateFile({ directory, disk, clusterId, staticVoterIds: [...voters.keys()] }),
    peers,
    clock: env.clock,
    timers: env.timers,
    random: env.random,
    sink: env.log,
    bug: options.bug,
    timeouts: {
      electionTimeoutMs: configNumber(config, 'controller.quorum.election.timeout.ms'),
      electionBackoffMaxMs: configNumber(config, 'controller.quorum.election.backoff.max.ms'),
      fetchTimeoutMs: configNumber(config, 'controller.quorum.fetch.timeout.ms'),
    },
  })
  known.raft = raft
  return {
    raft,
    leave() {
      peers.close()
      log.close()
    },
  }
}

/** By id. Where any free port was asked for, this node's own is the one that it got. */
function votersOf({ config, listeners }: MetadataNodeOptions): Map<number, Endpoint> {
  const voters = new Map<number, Endpoint>(config.voters.map(({ nodeId, host, port }) => [nodeId, { host, port }]))
  const own = voters.get(config.nodeId)
  if (own?.port === 0 && listeners.controller !== undefined)
    voters.set(config.nodeId, { ...own, port: listeners.controller.port })
  return voters
}

/** What the others are told of this node's controller listener. */
function controllerListeners({ config, listeners }: MetadataNodeOptions): Listener[] {
  const { controllerListener: own } = config
  if (own === undefined || listeners.controller === undefined) return []
  return [{ name: own.name, host: own.host, port: listeners.controller.port }]
}

/** A node asks others, not itself, who leads. */
const isOwn = (options: MetadataNodeOptions, server: Endpoint): boolean =>
  controllerListeners(options).some(listener => isSameEndpoint(listener, server))

const plaintext = 0

function lifecycleOptions(options: MetadataNodeOptions, channel: ControllerChannel, metadata: MetadataLoader) {
  const { config, env, listeners, storage } = options
  const { advertised, listener, nodeId, rack } = config
  const port = advertised.port === 0 ? listeners.client.port : advertised.port
  return {
    nodeId,
    clusterId: storage.clusterId,
    rack,
    listeners: [{ name: listener.name, host: advertised.host, port, securityProtocol: plaintext }],
    logDirectoryIds: storage.directories.all.map(directory => directory.directoryId),
    offlineLogDirectoryIds: () =>
      storage.directories.all.filter(directory => directory.failure !== undefined).map(directory => directory.directoryId),
    cordonedLogDirectoryIds: () => storage.directories.cordonedIds,
    previousBrokerEpoch: storage.previousBrokerEpoch,
    channel,
    metadata,
    env,
    heartbeatIntervalMs: configNumber(config, 'broker.heartbeat.interval.ms'),
    sessionTimeoutMs: configNumber(config, 'broker.session.timeout.ms'),
    registrationTimeoutMs: configNumber(config, 'initial.broker.registration.timeout.ms'),
  }
}
