import type { MetadataView } from '../controller/image.ts'
import type { Env } from '../env/env.ts'
import type { Replicas } from '../replication/replicas.ts'
import type { Handler } from '../server/handler.ts'
import { offsetCommitHandler } from '../server/handlers/08-offset-commit.ts'
import { offsetFetchHandler } from '../server/handlers/09-offset-fetch.ts'
import { findCoordinatorHandler } from '../server/handlers/10-find-coordinator.ts'
import { joinGroupHandler } from '../server/handlers/11-join-group.ts'
import { heartbeatHandler } from '../server/handlers/12-heartbeat.ts'
import { leaveGroupHandler } from '../server/handlers/13-leave-group.ts'
import { syncGroupHandler } from '../server/handlers/14-sync-group.ts'
import { describeGroupsHandler } from '../server/handlers/15-describe-groups.ts'
import { listGroupsHandler } from '../server/handlers/16-list-groups.ts'
import { initProducerIdHandler } from '../server/handlers/22-init-producer-id.ts'
import { addPartitionsToTxnHandler } from '../server/handlers/24-add-partitions-to-txn.ts'
import { addOffsetsToTxnHandler } from '../server/handlers/25-add-offsets-to-txn.ts'
import { endTxnHandler } from '../server/handlers/26-end-txn.ts'
import { writeTxnMarkersHandler } from '../server/handlers/27-write-txn-markers.ts'
import { txnOffsetCommitHandler } from '../server/handlers/28-txn-offset-commit.ts'
import { deleteGroupsHandler } from '../server/handlers/42-delete-groups.ts'
import { offsetDeleteHandler } from '../server/handlers/47-offset-delete.ts'
import { describeTransactionsHandler } from '../server/handlers/65-describe-transactions.ts'
import { listTransactionsHandler } from '../server/handlers/66-list-transactions.ts'
import { consumerGroupHeartbeatHandler } from '../server/handlers/68-consumer-group-heartbeat.ts'
import { consumerGroupDescribeHandler } from '../server/handlers/69-consumer-group-describe.ts'
import { markerWriter } from '../server/marker-writer.ts'
import type { Coordination } from './coordination.ts'
import { coordinatorMetadata } from './coordinator-metadata.ts'

export interface CoordinatorHandlerParts {
  readonly coordination: Coordination
  readonly env: Env
  readonly metadata: MetadataView
  readonly replicas: Replicas
}

/** How long the leader of a partition waits for the replication of a transaction marker. */
const markerTimeoutMs = 5_000

/** The coordinators' part of what the client listener serves. */
export function coordinatorHandlers({ coordination, env, metadata, replicas }: CoordinatorHandlerParts): Handler[] {
  const { finder, gate, groups, transactions } = coordination
  const topics = coordinatorMetadata(metadata)
  const writeMarker = markerWriter({
    replicas,
    image: () => metadata.image(),
    clock: env.clock,
    timers: env.timers,
    codecs: env,
    timeoutMs: markerTimeoutMs,
  })
  return [
    offsetCommitHandler({ groups, topics }),
    offsetFetchHandler({ groups, topics }),
    findCoordinatorHandler({ coordinators: finder }),
    joinGroupHandler({ groups }),
    heartbeatHandler({ groups }),
    leaveGroupHandler({ groups }),
    syncGroupHandler({ groups }),
    describeGroupsHandler({ groups }),
    listGroupsHandler({ groups }),
    initProducerIdHandler({ transactions }),
    addPartitionsToTxnHandler({ transactions, topics }),
    addOffsetsToTxnHandler({ transactions, groups, coordinators: finder }),
    endTxnHandler({ transactions }),
    writeTxnMarkersHandler({ groups, gate, writeMarker }),
    txnOffsetCommitHandler({ groups, topics, gate }),
    deleteGroupsHandler({ groups }),
    offsetDeleteHandler({ groups, topics }),
    describeTransactionsHandler({ transactions }),
    listTransactionsHandler({ transactions }),
    consumerGroupHeartbeatHandler({ groups }),
    consumerGroupDescribeHandler({ groups }),
  ]
}
