/** Of an export or import, several times a second; the last one has `done`. */
export interface TransferProgress {
  readonly path: string
  readonly records: number
  readonly bytes: number
  /** Null: unknown. */
  readonly recordsTotal: number | null
  readonly tookMs: number
  readonly done: boolean
}
