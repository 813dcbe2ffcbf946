import type { RaftNode } from '../consensus/raft-node.ts'
import type { Controller } from '../controller/controller.ts'
import { fetch } from '../protocol/messages/01-fetch.ts'
import type { Dispatch } from './dispatch.ts'
import { handler, type Handler } from './handler.ts'
import { createTopicsHandler } from './handlers/19-create-topics.ts'
import { deleteTopicsHandler } from './handlers/20-delete-topics.ts'
import { alterConfigsHandler } from './handlers/33-alter-configs.ts'
import { createPartitionsHandler } from './handlers/37-create-partitions.ts'
import { electLeadersHandler } from './handlers/43-elect-leaders.ts'
import { incrementalAlterConfigsHandler } from './handlers/44-incremental-alter-configs.ts'
import { alterPartitionReassignmentsHandler } from './handlers/45-alter-partition-reassignments.ts'
import { listPartitionReassignmentsHandler } from './handlers/46-list-partition-reassignments.ts'
import { alterClientQuotasHandler } from './handlers/49-alter-client-quotas.ts'
import { alterUserScramCredentialsHandler } from './handlers/51-alter-user-scram-credentials.ts'
import { voteHandler } from './handlers/52-vote.ts'
import { beginQuorumEpochHandler } from './handlers/53-begin-quorum-epoch.ts'
import { endQuorumEpochHandler } from './handlers/54-end-quorum-epoch.ts'
import { describeQuorumHandler } from './handlers/55-describe-quorum.ts'
import { alterPartitionHandler } from './handlers/56-alter-partition.ts'
import { updateFeaturesHandler } from './handlers/57-update-features.ts'
import { envelopeHandler } from './handlers/58-envelope.ts'
import { fetchSnapshotHandler } from './handlers/59-fetch-snapshot.ts'
import { brokerRegistrationHandler } from './handlers/62-broker-registration.ts'
import { brokerHeartbeatHandler } from './handlers/63-broker-heartbeat.ts'
import { unregisterBrokerHandler } from './handlers/64-unregister-broker.ts'
import { allocateProducerIdsHandler } from './handlers/67-allocate-producer-ids.ts'
import { controllerRegistrationHandler } from './handlers/70-controller-registration.ts'
import { assignReplicasToDirsHandler } from './handlers/73-assign-replicas-to-dirs.ts'
import { addRaftVoterHandler } from './handlers/80-add-raft-voter.ts'
import { removeRaftVoterHandler } from './handlers/81-remove-raft-voter.ts'
import { updateRaftVoterHandler } from './handlers/82-update-raft-voter.ts'
import { endpointsSince } from './handlers/leader-endpoints.ts'
import { unregisterControllerHandler } from './handlers/94-unregister-controller.ts'

export interface ControllerHandlerParts {
  readonly raft: RaftNode
  readonly controller: Controller
  /** Of this listener, made from these handlers: requests in envelopes go through it. */
  dispatch(): Dispatch
}

/** Everything that the controller listener serves besides ApiVersions: the quorum among itself, and what the active controller decides. */
export function controllerHandlers(parts: ControllerHandlerParts): Handler[] {
  const { controller, raft } = parts
  const envelopes = { dispatch: () => parts.dispatch(), isActive: () => controller.isActive() }
  return [...quorumHandlers(raft), envelopeHandler(envelopes), ...decisionHandlers(controller)]
}

/** Among the nodes of the quorum, and for who watches it. */
export const quorumHandlers = (raft: RaftNode): Handler[] => [
  handler(fetch, (request, { apiVersion }) => endpointsSince(16, apiVersion, raft.handleFetch(request))),
  voteHandler(raft),
  beginQuorumEpochHandler(raft),
  endQuorumEpochHandler(raft),
  fetchSnapshotHandler(raft),
  addRaftVoterHandler(raft),
  removeRaftVoterHandler(raft),
  updateRaftVoterHandler(raft),
  describeQuorumHandler(raft),
]

const decisionHandlers = (controller: Controller): Handler[] => [
  createTopicsHandler(controller),
  deleteTopicsHandler(controller),
  alterConfigsHandler(controller),
  createPartitionsHandler(controller),
  electLeadersHandler(controller),
  incrementalAlterConfigsHandler(controller),
  alterPartitionReassignmentsHandler(controller),
  listPartitionReassignmentsHandler(controller),
  alterClientQuotasHandler(controller),
  alterUserScramCredentialsHandler(controller),
  alterPartitionHandler(controller),
  updateFeaturesHandler(controller),
  brokerRegistrationHandler(controller),
  brokerHeartbeatHandler(controller),
  unregisterBrokerHandler(controller),
  allocateProducerIdsHandler(controller),
  controllerRegistrationHandler(controller),
  assignReplicasToDirsHandler(controller),
  unregisterControllerHandler(controller),
]
