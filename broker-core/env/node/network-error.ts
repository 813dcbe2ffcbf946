import { NetworkError, type NetworkErrorKind } from '../network.ts'
import { codeOf } from './disk-error.ts'

const kinds: Readonly<Record<string, NetworkErrorKind>> = {
  EADDRINUSE: 'address-in-use',
  EACCES: 'not-permitted',
  EPERM: 'not-permitted',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'not-found',
  EAI_AGAIN: 'not-found',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
}

const isTlsCode = (code: string): boolean =>
  /^(ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/.test(code)

/** Node's error in the words of the port; several addresses tried in vain count as the first one's failure. */
export function networkError(error: unknown): NetworkError {
  if (error instanceof AggregateError && error.errors.length > 0) return networkError(error.errors[0])
  const code = codeOf(error) ?? ''
  const kind = kinds[code] ?? (isTlsCode(code) ? 'tls' : 'reset')
  return new NetworkError(kind, error instanceof Error ? error.message : String(error))
}
