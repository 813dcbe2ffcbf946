export interface CopyTorture {
  readonly python: string
  readonly kills: number
  /** With every so many kills of the copying process a broker is killed as well. */
  readonly killsPerBroker: number
  readonly random: (below: number) => number
  readonly say: (text: string) => void
}

export interface CopyResult {
  readonly records: number
  readonly transactions: number
  readonly brokerKills: number
  readonly differences: readonly string[]
}

export function tortureCopy(torture: CopyTorture): Promise<CopyResult>
export function differencesOf(partition: number, wanted: readonly string[], found: readonly string[]): string[]
