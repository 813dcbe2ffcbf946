/** One partition of a plan: where its replicas are, and where they would be. */
export interface ReassignmentMove {
  readonly topic: string
  readonly partition: number
  readonly from: readonly number[]
  readonly to: readonly number[]
  /** Bytes that brokers have to copy; null when sizes are unknown. */
  readonly bytesToMove: number | null
}

export interface ReassignmentPlan {
  /** Only partitions that change. */
  readonly moves: readonly ReassignmentMove[]
  readonly bytesToMove: number | null
  readonly unchanged: number
}

/** A reassignment that is being carried out. */
export interface ReassignmentView {
  readonly topic: string
  readonly partition: number
  readonly replicas: readonly number[]
  readonly adding: readonly number[]
  readonly removing: readonly number[]
  /** Bytes that the adding replicas have, of those that the leader has; null when unknown. */
  readonly doneBytes: number | null
  readonly totalBytes: number | null
}
