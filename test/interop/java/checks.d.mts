export interface Check {
  readonly name: string
  readonly isShort?: boolean
  /** Throws what is wrong. */
  readonly run: (bootstrap: string) => Promise<void>
}

export const checks: readonly Check[]
