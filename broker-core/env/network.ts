export interface Endpoint {
  readonly host: string
  readonly port: number
}

export const isSameEndpoint = (one: Endpoint, other: Endpoint): boolean => one.host === other.host && one.port === other.port

export interface Network {
  /** Port 0 asks for any free one. Rejects with NetworkError (`address-in-use`, `not-permitted`). */
  listen(endpoint: Endpoint, onSocket: (socket: Socket) => void): Promise<Listener>
  /** Resolves when connected; rejects with NetworkError (`refused`, `timeout`, `unreachable`, `not-found`). */
  connect(endpoint: Endpoint, options: ConnectOptions): Promise<Socket>
}

export interface ConnectOptions {
  readonly timeoutMs: number
  readonly tls?: TlsOptions
  /**
   * True: the bytes that `data` gets are only lent, until it returns. An implementation may then read into one buffer over and over,
   * which spares an allocation per read where much is read and nothing is kept.
   */
  readonly lendsBytes?: boolean
}

export interface TlsOptions {
  readonly serverName?: string
  readonly caPem?: string
  readonly certificatePem?: string
  readonly keyPem?: string
  readonly rejectUnauthorized?: boolean
}

export interface Listener {
  readonly port: number
  /** Stops accepting; open sockets stay. */
  close(): Promise<void>
}

/**
 * A byte stream. Handlers are set once, before the first data can arrive (synchronously after `listen`'s callback or after
 * `connect` resolved).
 */
export interface Socket {
  readonly remoteAddress: string
  setHandlers(handlers: SocketHandlers): void
  /** Queues chunks in order, with as few system calls as possible. False: more than `highWaterBytes` wait; stop until `drained`. */
  write(chunks: readonly Uint8Array[]): boolean
  bufferedBytes(): number
  pause(): void
  resume(): void
  /** Sends what is queued, then closes. */
  end(): void
  /** Closes now. */
  destroy(): void
}

export interface SocketHandlers {
  /** The bytes belong to the receiver, unless it agreed to borrow them (ConnectOptions). */
  data(bytes: Uint8Array): void
  drained(): void
  /** Once, last; with the reason when the peer or the system broke it. */
  closed(error?: NetworkError): void
}

export type NetworkErrorKind =
  | 'address-in-use'
  | 'not-permitted'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'not-found'
  | 'reset'
  | 'tls'

export class NetworkError extends Error {
  override readonly name = 'NetworkError'
  readonly kind: NetworkErrorKind
  constructor(kind: NetworkErrorKind, detail: string) {
    super(`${kind}: ${detail}`)
    this.kind = kind
  }
}
