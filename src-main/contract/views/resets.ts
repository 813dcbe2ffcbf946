/** What a reset of a group would do, row by row; nothing has been changed. */
export interface ResetPlan {
  readonly group: string
  readonly asOfMs: number
  readonly rows: readonly ResetRow[]
  /** Why it cannot be applied now: the group has members. */
  readonly blocked: string | null
}

export interface ResetRow {
  readonly topic: string
  readonly partition: number
  /** Null: nothing committed yet. */
  readonly from: number | null
  readonly to: number
  /** `to` minus `from`; null without `from`. */
  readonly delta: number | null
  readonly startOffset: number
  readonly endOffset: number
  readonly lagAfter: number
  /** Timestamp of the record at the target; null at the end. */
  readonly targetTimestampMs: number | null
  /** Said when the wish could not be met as it was: `before the start: moved to it`. */
  readonly note: string | null
}

/** After applying: what the coordinator now says, asked for anew. */
export interface ResetResult {
  readonly group: string
  readonly rows: readonly {
    readonly topic: string
    readonly partition: number
    readonly before: number | null
    readonly after: number | null
    readonly error: string | null
  }[]
  /** Moves that undo it: pass them to `groups.applyReset`. Rows that had nothing committed before stay. */
  readonly undo: readonly {
    readonly topic: string
    readonly partition: number
    readonly from: number | null
    readonly to: number
  }[]
}
