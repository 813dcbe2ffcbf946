import { KafkaClientError } from '../../broker-core/client/client-error.ts'
import type { ClientErrorCode } from '../../broker-core/client/client-error.ts'
import { CompressionError } from '../../broker-core/env/codec.ts'
import { CorruptRecords } from '../../broker-core/records/record-varint.ts'
import { FailureError } from '../contract/failure.ts'
import type { Failure } from '../contract/failure.ts'

/** Any error as what the window may see: our own mistakes lose their details on the way (they are reported beside). */
export function toFailure(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure
  if (error instanceof KafkaClientError) return clientFailure(error)
  if (error instanceof CorruptRecords || error instanceof CompressionError) return damaged(error)
  return { code: 'BUG', message: 'Something in Brokerbench itself went wrong; the terminal has the details.' }
}

const codes: Readonly<Partial<Record<ClientErrorCode, Failure['code']>>> = {
  CONNECTION_FAILED: 'UNREACHABLE',
  TIMED_OUT: 'UNREACHABLE',
  TLS_FAILED: 'UNREACHABLE',
  NOT_KAFKA: 'UNREACHABLE',
  CLOSED: 'UNREACHABLE',
  OVERLOADED: 'REFUSED',
  CANCELLED: 'CANCELLED',
  UNKNOWN_TOPIC_OR_PARTITION: 'NOT_FOUND',
  UNKNOWN_TOPIC_ID: 'NOT_FOUND',
  GROUP_ID_NOT_FOUND: 'NOT_FOUND',
}

const hints: Readonly<Partial<Record<ClientErrorCode, string>>> = {
  CONNECTION_FAILED: 'Check that the cluster runs and that its advertised addresses can be reached from here.',
  TIMED_OUT: 'The cluster may be gone, or without a majority; Brokerbench keeps trying.',
  TLS_FAILED: 'Check the certificate authority, and that the port expects TLS.',
  NOT_KAFKA: 'Check the port: a TLS listener was addressed in plain text, or something else listens there.',
  SASL_AUTHENTICATION_FAILED: 'Check user name, password and mechanism of the connection.',
  TOPIC_AUTHORIZATION_FAILED: 'This user may not do that on the topic.',
  GROUP_AUTHORIZATION_FAILED: 'This user may not do that on the group.',
  CLUSTER_AUTHORIZATION_FAILED: 'This user may not do that on the cluster.',
  LEADER_NOT_AVAILABLE: 'No broker leads it now: start one that has a replica in sync, or wait for the election.',
  NOT_ENOUGH_REPLICAS: 'Fewer replicas are in sync than min.insync.replicas asks for; start the missing brokers.',
  MESSAGE_TOO_LARGE: 'Raise max.message.bytes of the topic, or compress the record.',
}

/** Failures of the client itself have no name that Kafka knows. */
const own: ReadonlySet<ClientErrorCode> = new Set([
  'CONNECTION_FAILED',
  'TIMED_OUT',
  'TLS_FAILED',
  'NOT_KAFKA',
  'CLOSED',
  'OVERLOADED',
  'CANCELLED',
])

function clientFailure(error: KafkaClientError): Failure {
  const hint = hints[error.code]
  return {
    code: codes[error.code] ?? 'BROKER',
    message: error.message,
    retriable: error.retriable || error.code === 'TIMED_OUT',
    ...(own.has(error.code) ? {} : { kafkaError: error.code }),
    ...(hint === undefined ? {} : { hint }),
  }
}

/** Bytes that are not what was written: of a broker's disk, or of a directory that was opened. */
const damaged = (error: Error): Failure => ({
  code: 'BROKER',
  message: `Damaged records: ${error.message}`,
  kafkaError: 'CORRUPT_MESSAGE',
  retriable: false,
  hint: 'What lies behind the damage can be read from an offset or a time behind it.',
})

/** An outcome among several, as an exception: for calls about one thing. */
export function brokerRefusal(error: ClientErrorCode, message: string, place: { topic?: string; group?: string } = {}): Error {
  return new KafkaClientError(error, place, message)
}

export const notFound = (message: string): FailureError => new FailureError({ code: 'NOT_FOUND', message })
export const badInput = (message: string, hint?: string): FailureError =>
  new FailureError({ code: 'BAD_INPUT', message, ...(hint === undefined ? {} : { hint }) })
export const refused = (message: string, hint?: string): FailureError =>
  new FailureError({ code: 'REFUSED', message, ...(hint === undefined ? {} : { hint }) })

/** In a few words, for lists of what is missing. */
export const reasonOf = (error: unknown): string => (error instanceof KafkaClientError ? error.code : toFailure(error).message)
