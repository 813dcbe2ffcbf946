import { WireFormatError } from '../../base/bytes/wire-format-error.ts'
import { NetworkError } from '../../env/network.ts'
import { AuthenticationFailed, ConnectionBusy, ConnectionLost, RequestTimeout } from '../../wire/connection-errors.ts'
import { type ClientErrorCode, type ErrorPlace, KafkaClientError } from '../client-error.ts'

/** What went wrong on the way to a broker, as the client's callers see it. Errors that are not of that kind are returned as they are. */
export function failureOf(error: unknown, place: ErrorPlace): unknown {
  const code = codeOf(error)
  return code === undefined ? error : new KafkaClientError(code, place, (error as Error).message, error)
}

function codeOf(error: unknown): ClientErrorCode | undefined {
  if (error instanceof NetworkError) return error.kind === 'tls' ? 'TLS_FAILED' : 'CONNECTION_FAILED'
  if (error instanceof AuthenticationFailed) return 'SASL_AUTHENTICATION_FAILED'
  if (error instanceof RequestTimeout) return 'REQUEST_TIMED_OUT'
  if (error instanceof ConnectionBusy) return 'OVERLOADED'
  if (error instanceof ConnectionLost) return causedByWireFormat(error) ? 'NOT_KAFKA' : 'NETWORK_EXCEPTION'
  return undefined
}

const causedByWireFormat = (error: Error): boolean => error.cause instanceof WireFormatError
