export interface Mutant {
  readonly name: string
  /** What the simulation must see. */
  readonly why: string
  readonly file: string
  readonly find: string
  readonly put: string
}
export declare const mutants: readonly Mutant[]
