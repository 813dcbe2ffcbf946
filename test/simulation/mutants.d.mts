export interface Mutant {
  readonly name: string
  /** What the simulation must see. */
  readonly why: string
  readonly file: string
  readonly find: string
  readonly put: string
  /** First seed to try; 1 when absent. */
  readonly from?: number
}
export declare const mutants: readonly Mutant[]
