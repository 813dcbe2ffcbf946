export interface Mutant {
  readonly name: string
  /** What the simulation must see. */
  readonly why: string
  readonly file: string
  readonly find: string
  readonly put: string
  /** Who sees it best; `churn`, where leaders move most, when absent. */
  readonly workload?: 'ledger' | 'old-ledger' | 'groups' | 'relay'
  /** Words that a finding must have to count. */
  readonly about?: string
}
export declare const mutants: readonly Mutant[]
