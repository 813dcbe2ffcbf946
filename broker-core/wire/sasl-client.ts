import type { Env } from '../env/env.ts'
import { errorName } from '../model/kafka-errors.ts'
import { saslHandshake } from '../protocol/messages/17-sasl-handshake.ts'
import { saslAuthenticate } from '../protocol/messages/36-sasl-authenticate.ts'
import { AuthenticationFailed } from './connection-errors.ts'
import type { OutboundConnection } from './outbound-connection.ts'
import { scramExchange } from './scram.ts'

/** Who we say we are to a foreign cluster. Never logged. */
export interface SaslCredentials {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly username: string
  readonly password: string
}

/**
 * The bytes of one exchange: `first` goes out; each answer of the server gives the next message, undefined when it is over. Throws
 * AuthenticationFailed when the server cannot be who it should be.
 */
export interface SaslExchange {
  readonly first: Uint8Array
  next(answer: Uint8Array): Uint8Array | undefined
}

/** Kafka's frames around SASL (KIP-43, KIP-152). Rejects with AuthenticationFailed when the server says no. */
export async function authenticate(
  connection: Pick<OutboundConnection, 'call' | 'negotiatedVersion'>,
  credentials: SaslCredentials,
  env: Pick<Env, 'random' | 'digest'>,
): Promise<void> {
  const { mechanism } = credentials
  const handshake = await connection.call(saslHandshake, 1, { ...saslHandshake.request.zero, mechanism })
  if (handshake.errorCode !== 0) {
    const offered = handshake.mechanisms.join(', ')
    throw new AuthenticationFailed(`${mechanism}: ${errorName(handshake.errorCode)}; the server offers ${offered || 'none'}`)
  }
  const version = connection.negotiatedVersion(saslAuthenticate) ?? 0
  const exchange = exchangeOf(credentials, env)
  let message: Uint8Array | undefined = exchange.first
  while (message !== undefined) {
    const request = { ...saslAuthenticate.request.zero, authBytes: message }
    const answer: { errorCode: number; errorMessage: string | null; authBytes: Uint8Array } = await connection.call(
      saslAuthenticate,
      version,
      request,
    )
    if (answer.errorCode !== 0) throw new AuthenticationFailed(answer.errorMessage ?? errorName(answer.errorCode))
    message = exchange.next(answer.authBytes)
  }
}

function exchangeOf(credentials: SaslCredentials, env: Pick<Env, 'random' | 'digest'>): SaslExchange {
  switch (credentials.mechanism) {
    case 'PLAIN':
      return plainExchange(credentials)
    case 'SCRAM-SHA-256':
      return scramExchange('sha-256', credentials, env)
    case 'SCRAM-SHA-512':
      return scramExchange('sha-512', credentials, env)
  }
}

/** RFC 4616: no authorization id, then user and password, each behind a zero byte. */
function plainExchange({ username, password }: SaslCredentials): SaslExchange {
  return { first: new TextEncoder().encode(`\0${username}\0${password}`), next: () => undefined }
}
