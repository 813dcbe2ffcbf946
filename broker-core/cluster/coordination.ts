import type { ControllerChannel } from '../controller/controller-channel.ts'
import type { MetadataView } from '../controller/image.ts'
import { type Coordinators, type CoordinatorSettings, startCoordinators } from '../coordinator/coordinators.ts'
import type { InternalTopics, ProducerIdBlocks } from '../coordinator/ports.ts'
import type { Env } from '../env/env.ts'
import { errorName } from '../model/kafka-errors.ts'
import { addPartitionsToTxn } from '../protocol/messages/24-add-partitions-to-txn.ts'
import { writeTxnMarkers } from '../protocol/messages/27-write-txn-markers.ts'
import { allocateProducerIds } from '../protocol/messages/67-allocate-producer-ids.ts'
import { brokerValue, topicConfigInForce, type BrokerLayers } from '../server/config-layers.ts'
import { coordinatorOfTransactions } from '../server/transaction-claims.ts'
import { type TransactionGate, transactionGate } from '../server/transaction-gate.ts'
import type { BrokerConfig } from './broker-config.ts'
import { brokerPeers } from './broker-peers.ts'
import { coordinatorLog } from './coordinator-log.ts'
import { coordinatorMetadata } from './coordinator-metadata.ts'
import type { LeadershipChange } from './replica-assignment.ts'

export interface CoordinationOptions {
  readonly config: BrokerConfig
  readonly settings: CoordinatorSettings
  readonly env: Env
  readonly metadata: MetadataView
  readonly channel: ControllerChannel
  readonly layers: BrokerLayers
  readonly internalTopics: InternalTopics
  brokerEpoch(): number
}

/** The coordinators of one broker, plugged into its partitions, its metadata and its peers. */
export interface Coordination extends Coordinators {
  /** What stands between transactional writes and the partitions led here. */
  readonly gate: TransactionGate
  /** Partitions of internal topics are handed to, and taken from, their coordinator; others are ignored. */
  leadershipChanged(change: LeadershipChange): void
}

const peerTimeoutMs = 30_000
const producerIdsTimeoutMs = 10_000

export function coordination(options: CoordinationOptions): Coordination {
  const { config, env, layers } = options
  const metadata = coordinatorMetadata(options.metadata)
  const peers = brokerPeers({
    clientId: `broker-${config.nodeId}-coordinator`,
    requestTimeoutMs: peerTimeoutMs,
    env,
    endpointOf: nodeId => metadata.endpoint(nodeId, config.listener.name),
  })
  const coordinators = startCoordinators(
    {
      nodeId: config.nodeId,
      clock: env.clock,
      timers: env.timers,
      random: env.random,
      crc32c: env.crc32c,
      compression: env.compression,
      log: env.log,
      metadata,
      producerIds: producerIdBlocks(options),
      markers: { send: (nodeId, request) => peers.ask(nodeId, writeTxnMarkers, request) },
      internalTopics: options.internalTopics,
    },
    options.settings,
  )
  const leaderships = new Map([
    ['__consumer_offsets', coordinators.groups.leadership],
    ['__transaction_state', coordinators.transactions.leadership],
  ])
  const gate = transactionGate(
    coordinatorOfTransactions({
      nodeId: config.nodeId,
      transactions: coordinators.transactions,
      partitionLeader: (topic, partition) => metadata.partitionLeader(topic, partition),
      ask: (nodeId, request) => peers.ask(nodeId, addPartitionsToTxn, request),
    }),
    // Dynamic in Kafka: it counts at once, also for transactions that are open.
    () => brokerValue(layers, 'transaction.partition.verification.enable')?.trim().toLowerCase() !== 'false',
  )
  return {
    ...coordinators,
    gate,
    leadershipChanged({ replica, leaderEpoch, isLeader }) {
      const leadership = leaderships.get(replica.topic)
      if (leadership === undefined) return
      if (!isLeader) return leadership.resigned(replica.partition, leaderEpoch)
      const batchBytesMax = Number(topicConfigInForce(layers, replica.topic)['max.message.bytes'])
      leadership.elected(coordinatorLog(replica, leaderEpoch, batchBytesMax))
    },
    close() {
      coordinators.close()
      peers.close()
    },
  }
}

/** IDEM-01 */
function producerIdBlocks({ brokerEpoch, channel, config, env }: CoordinationOptions): ProducerIdBlocks {
  return {
    async allocate() {
      const request = { brokerId: config.nodeId, brokerEpoch: brokerEpoch() }
      const { errorCode, producerIdLen, producerIdStart } = await channel.send(allocateProducerIds, request, {
        timeoutMs: producerIdsTimeoutMs,
      })
      const error = errorName(errorCode)
      if (error === 'NONE') return { firstProducerId: producerIdStart, length: producerIdLen }
      env.log.write('warn', 'producer-ids.refused', { broker: config.nodeId, error })
      throw new Error(`no block of producer ids: ${error}`)
    },
  }
}
