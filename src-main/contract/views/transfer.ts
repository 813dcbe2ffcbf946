/** Of an export or import, several times a second; the last one has `done`. */
export interface TransferProgress {
  readonly path: string
  readonly records: number
  /** Records looked at: more than `records` where a filter leaves some out. */
  readonly scanned: number
  readonly bytes: number
  /** What `scanned` comes to at the end, by offsets or by the size of the file; null: unknown. */
  readonly recordsTotal: number | null
  readonly tookMs: number
  readonly done: boolean
}
