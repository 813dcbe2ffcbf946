export interface Mutant {
  readonly name: string
  /** What the simulation must see. */
  readonly why: string
  readonly file: string
  readonly find: string
  readonly put: string
  /** First seed to try; 1 when absent. */
  readonly from?: number
  /** Seen by transactions and groups, not by the journal. */
  readonly ledger?: boolean
}
export declare const mutants: readonly Mutant[]
