import {
  type CoordinatorFinder,
  coordinatorFinder,
  type CoordinatorTopics,
  offsetsTopicPlan,
  transactionTopicPlan,
} from './find-coordinator.ts'
import { type GroupCoordinator, startGroupCoordinator } from './groups/group-coordinator.ts'
import { defaultGroupSettings, type GroupSettings } from './groups/settings.ts'
import type { CoordinatorPorts } from './ports.ts'
import { defaultTransactionSettings, type TransactionSettings } from './transactions/settings.ts'
import { startTransactionCoordinator, type TransactionCoordinator } from './transactions/transaction-coordinator.ts'

/** The coordinators of one broker. `groups.leadership` hears of `__consumer_offsets`, `transactions.leadership` of `__transaction_state`. */
export interface Coordinators {
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
  readonly finder: CoordinatorFinder
  close(): void
}

export interface CoordinatorSettings {
  readonly groups: GroupSettings
  readonly transactions: TransactionSettings
}

export const defaultCoordinatorSettings: CoordinatorSettings = {
  groups: defaultGroupSettings,
  transactions: defaultTransactionSettings,
}

/** INT-01 */
export const coordinatorTopics = ({ groups, transactions }: CoordinatorSettings): CoordinatorTopics => ({
  group: offsetsTopicPlan({
    partitionCount: groups.offsetsTopicPartitions,
    replicationFactor: groups.offsetsTopicReplicationFactor,
    segmentBytes: groups.offsetsTopicSegmentBytes,
  }),
  transaction: transactionTopicPlan({
    partitionCount: transactions.stateTopicPartitions,
    replicationFactor: transactions.stateTopicReplicationFactor,
    segmentBytes: transactions.stateTopicSegmentBytes,
    inSyncReplicasMin: transactions.stateTopicInSyncReplicasMin,
  }),
})

export function startCoordinators(
  ports: CoordinatorPorts,
  settings: CoordinatorSettings = defaultCoordinatorSettings,
): Coordinators {
  const groups = startGroupCoordinator(ports, settings.groups)
  const transactions = startTransactionCoordinator(ports, settings.transactions)
  const finder = coordinatorFinder(ports, coordinatorTopics(settings))
  return {
    groups,
    transactions,
    finder,
    close() {
      groups.close()
      transactions.close()
    },
  }
}
