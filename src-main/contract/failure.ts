/** What may go wrong behind a call, as data: it crosses both doors unchanged. */
export type FailureCode =
  /** The input did not pass its parser; `message` names the field. */
  | 'BAD_INPUT'
  /** No such call, connection, session, topic, group or message. */
  | 'NOT_FOUND'
  /** A broker answered with an error: `kafkaError` has its name. */
  | 'BROKER'
  /** The cluster cannot be reached; the last answer may still be shown as stale. */
  | 'UNREACHABLE'
  /** The connection is switched to read-only. */
  | 'READ_ONLY'
  /** Not possible now: already running, port taken, directory locked. */
  | 'REFUSED'
  | 'CANCELLED'
  /** The door closed under the call: the window reconnects and asks again. */
  | 'DISCONNECTED'
  /** Our own mistake. */
  | 'BUG'

export interface Failure {
  readonly code: FailureCode
  /** One sentence: what failed, and where. */
  readonly message: string
  /** Name of the Kafka error, such as `UNKNOWN_TOPIC_OR_PARTITION`. */
  readonly kafkaError?: string
  /** One sentence: what the person can do. */
  readonly hint?: string
  /** True when asking again may help. */
  readonly retriable?: boolean
}

/** A failure as an exception, on both sides of the door. */
export class FailureError extends Error {
  override readonly name = 'FailureError'
  readonly failure: Failure
  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(failure.message, options)
    this.failure = failure
  }
}
