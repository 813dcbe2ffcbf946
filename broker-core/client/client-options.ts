import type { Env } from '../env/env.ts'
import type { Endpoint, TlsOptions } from '../env/network.ts'
import type { SaslCredentials } from '../wire/sasl-client.ts'

/** What the client needs of the world. */
export type ClientEnv = Pick<Env, 'clock' | 'timers' | 'random' | 'network' | 'compression' | 'crc32c' | 'digest'>

export interface ClientOptions {
  /** `host:port`, comma separated; `[::1]:9092` for IPv6. The port is 9092 where there is none. */
  readonly bootstrap: string
  readonly clientId: string
  readonly tls?: TlsOptions
  readonly sasl?: SaslCredentials
  /** For one attempt to connect, handshakes included. */
  readonly connectTimeoutMs?: number
  /** For the answer to one request; long polls add their own waiting. */
  readonly requestTimeoutMs?: number
  /** For one call with all its retries. */
  readonly apiTimeoutMs?: number
  /** Metadata older than this is asked for anew before it is used. */
  readonly metadataMaxAgeMs?: number
  /** Connections that nobody used for so long are closed; below the 10 minutes after which brokers close them. */
  readonly idleConnectionMs?: number
}

export type ClientSettings = Required<Omit<ClientOptions, 'tls' | 'sasl' | 'bootstrap'>> & {
  readonly bootstrap: readonly Endpoint[]
  readonly tls: TlsOptions | undefined
  readonly sasl: SaslCredentials | undefined
}

/** Fills in what was left open. Throws TypeError for an address that is none. */
export function clientSettings(options: ClientOptions): ClientSettings {
  return {
    bootstrap: parseBootstrap(options.bootstrap),
    clientId: options.clientId,
    tls: options.tls,
    sasl: options.sasl,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 15_000,
    apiTimeoutMs: options.apiTimeoutMs ?? 30_000,
    metadataMaxAgeMs: options.metadataMaxAgeMs ?? 60_000,
    idleConnectionMs: options.idleConnectionMs ?? 300_000,
  }
}

const defaultPort = 9092

/** `host`, `host:port` or `[IPv6]:port`, comma separated, perhaps with a protocol name in front as listeners have it. */
export function parseBootstrap(text: string): readonly Endpoint[] {
  const parts = text.split(',').map(part => part.trim())
  const endpoints = parts.filter(part => part !== '').map(parseEndpoint)
  if (endpoints.length === 0) throw new TypeError('no bootstrap address')
  return endpoints
}

function parseEndpoint(text: string): Endpoint {
  const match = /^(?:[A-Za-z_0-9-]+:\/\/)?(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? defaultPort : Number(match[3])
  if (host === undefined || port < 1 || port > 65_535) throw new TypeError(`not an address: ${text}`)
  return { host, port }
}
