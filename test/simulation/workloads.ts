import { startChurn } from './churn-workload.ts'
import { startGroups } from './group-workload.ts'
import { startJournal } from './journal-workload.ts'
import { startLedger, startOldLedger } from './ledger-workload.ts'
import { startRelay } from './relay-workload.ts'
import type { StartWorkload } from './workload.ts'

export type WorkloadName = 'journal' | 'churn' | 'ledger' | 'old-ledger' | 'groups' | 'relay'

/** Who uses a simulated cluster, by the name of the flag of `npm run sim`. */
export const workloads: Readonly<Record<WorkloadName, StartWorkload>> = {
  journal: startJournal,
  churn: startChurn,
  ledger: startLedger,
  'old-ledger': startOldLedger,
  groups: startGroups,
  relay: startRelay,
}

export const workloadNames = Object.keys(workloads) as WorkloadName[]

/** The relay costs as much as ten of the others, and is asked for by name. */
const mixed: readonly WorkloadName[] = ['journal', 'churn', 'ledger', 'groups', 'journal', 'churn', 'old-ledger', 'groups']

/** Seeds of a mixed run take turns. */
export const workloadOf = (seed: number): WorkloadName => mixed[seed % mixed.length] ?? 'journal'
