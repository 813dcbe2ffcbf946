import { errorMessage, errorName, isRetriable, type KafkaErrorName } from '../model/kafka-errors.ts'

/** Failures that no broker reports: they happen on the way to one, or in the client itself. */
export type ClientFailure =
  /** Refused, unreachable, name not found, connection broken or not made in time. */
  | 'CONNECTION_FAILED'
  | 'TLS_FAILED'
  /** The peer's answer is not Kafka's protocol: a web server, a TLS port addressed in plain text, or the other way round. */
  | 'NOT_KAFKA'
  /** No broker gave the needed answer before the deadline; `cause` has the last reason. */
  | 'TIMED_OUT'
  /** A limit of the client was reached: too many requests wait. */
  | 'OVERLOADED'
  | 'CANCELLED'
  | 'CLOSED'

export type ClientErrorCode = KafkaErrorName | ClientFailure

/** Where it happened, as far as known; for messages and for deciding what to refresh. */
export interface ErrorPlace {
  readonly api?: string
  /** `host:port` or `broker 2 (host:port)`. */
  readonly broker?: string
  readonly topic?: string
  readonly partition?: number
  readonly group?: string
  readonly transactionalId?: string
}

const failureTexts: Readonly<Record<ClientFailure, string>> = {
  CONNECTION_FAILED: 'The broker could not be reached.',
  TLS_FAILED: 'The TLS handshake failed.',
  NOT_KAFKA: 'The answer is not one of the Kafka protocol.',
  TIMED_OUT: 'No answer in time.',
  OVERLOADED: 'Too many requests are waiting for this broker.',
  CANCELLED: 'Cancelled.',
  CLOSED: 'The client is closed.',
}

const retriableFailures: ReadonlySet<ClientErrorCode> = new Set(['CONNECTION_FAILED', 'OVERLOADED'])

/** Everything that the client throws. `code` is the contract, the text is for people. */
export class KafkaClientError extends Error {
  override readonly name = 'KafkaClientError'
  readonly code: ClientErrorCode
  readonly place: ErrorPlace
  /** The message without the place. */
  readonly detail: string
  /** True when asking again, perhaps another broker and after fresh metadata, can succeed. */
  readonly retriable: boolean

  constructor(code: ClientErrorCode, place: ErrorPlace = {}, detail?: string | null, cause?: unknown) {
    const text = detail || textOf(code)
    super(messageOf(text, place), cause === undefined ? undefined : { cause })
    this.code = code
    this.place = place
    this.detail = text
    this.retriable = code in failureTexts ? retriableFailures.has(code) : isRetriable(code as KafkaErrorName)
  }
}

const textOf = (code: ClientErrorCode): string =>
  code in failureTexts ? failureTexts[code as ClientFailure] : errorMessage(code as KafkaErrorName)

/** The same error, with more said about where it happened. */
export function atPlace(error: KafkaClientError, place: ErrorPlace): KafkaClientError {
  return new KafkaClientError(error.code, { ...error.place, ...place }, error.detail, error.cause)
}

function messageOf(text: string, place: ErrorPlace): string {
  const partition = place.partition === undefined ? '' : `-${place.partition}`
  const parts = [
    place.api,
    place.broker,
    place.topic === undefined ? undefined : `${place.topic}${partition}`,
    place.group,
    place.transactionalId,
  ]
  const where = parts.filter(part => part !== undefined).join(', ')
  return where === '' ? text : `${text} (${where})`
}

/** Throws for every code but NONE. */
export function throwOnError(code: number, place: ErrorPlace, message?: string | null): void {
  if (code !== 0) throw new KafkaClientError(errorName(code), place, message)
}

/** What became of one thing among several: `error` is NONE when it was done. */
export interface Outcome {
  readonly error: KafkaErrorName
  /** The broker's words, or Kafka's text for the error; empty for NONE. */
  readonly message: string
}

export function outcomeOf(code: number, message: string | null = null): Outcome {
  const error = errorName(code)
  return { error, message: message || errorMessage(error) }
}
