import { type CoordinatorFinder, coordinatorFinder, offsetsTopicPlan, transactionTopicPlan } from './find-coordinator.ts'
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

export function startCoordinators(
  ports: CoordinatorPorts,
  settings: CoordinatorSettings = defaultCoordinatorSettings,
): Coordinators {
  const groups = startGroupCoordinator(ports, settings.groups)
  const transactions = startTransactionCoordinator(ports, settings.transactions)
  const finder = coordinatorFinder(ports, {
    group: offsetsTopicPlan({
      partitionCount: settings.groups.offsetsTopicPartitions,
      replicationFactor: settings.groups.offsetsTopicReplicationFactor,
      segmentBytes: settings.groups.offsetsTopicSegmentBytes,
    }),
    transaction: transactionTopicPlan({
      partitionCount: settings.transactions.stateTopicPartitions,
      replicationFactor: settings.transactions.stateTopicReplicationFactor,
      segmentBytes: settings.transactions.stateTopicSegmentBytes,
      inSyncReplicasMin: settings.transactions.stateTopicInSyncReplicasMin,
    }),
  })
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
