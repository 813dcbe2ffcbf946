import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { saslHandshake } from '../../broker-core/protocol/messages/17-sasl-handshake.ts'
import { saslAuthenticate } from '../../broker-core/protocol/messages/36-sasl-authenticate.ts'
import { encodeResponse } from '../../broker-core/protocol/frames.ts'
import { apisByKey } from '../../broker-core/protocol/registry.ts'
import { createFrameSplitter } from '../../broker-core/wire/frame-splitter.ts'

const authenticationFailed = 58
const readable = new TextDecoder()

/** What went through the front, by Kafka's names. */
export interface SeenRequest {
  readonly api: string
  readonly clientId: string
}

/**
 * A door before one broker, which advertises it in its place: it notes every request and, where it asks for a password, speaks SASL
 * PLAIN itself, as a broker with such a listener does.
 */
export interface BrokerFront {
  readonly port: number
  readonly seen: readonly SeenRequest[]
  /** From now on every password is wrong, and whoever is in is thrown out; or right again. */
  setAdmits(admits: boolean): void
  /**
   * The next answer to requests of this kind with these bytes in it reaches nobody: the connection ends instead. Resolves when that has
   * happened.
   */
  loseAnswer(lost: SeenRequest & { readonly answerHas: Uint8Array }): Promise<void>
  close(): Promise<void>
}

export interface FrontOptions {
  readonly brokerPort: number
  /** Clients that must authenticate, by their id; others are let through, so that a test can prepare and read back. */
  readonly asks: (clientId: string) => boolean
}

export async function openBrokerFront(options: FrontOptions): Promise<BrokerFront> {
  const seen: SeenRequest[] = []
  const sockets = new Set<Socket>()
  let admits = true
  let toLose: (Parameters<BrokerFront['loseAnswer']>[0] & { readonly lost: () => void }) | undefined
  const server: Server = createServer(client => {
    const broker = connect(options.brokerPort, '127.0.0.1')
    for (const socket of [client, broker]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        broker.destroy()
      })
    }
    /** Correlation ids of requests whose answers are looked at. */
    const watched = new Set<number>()
    broker.on('data', (bytes: Buffer) => {
      const isWatched = bytes.length >= 8 && watched.has(bytes.readInt32BE(4))
      if (toLose === undefined || !isWatched || !bytes.includes(Buffer.from(toLose.answerHas))) return client.write(bytes)
      client.once('close', toLose.lost).destroy()
      toLose = undefined
    })
    let isIn = false
    const frames = createFrameSplitter()
    client.on('data', (bytes: Uint8Array) =>
      frames.push(bytes, frame => {
        const header = headerOf(frame)
        seen.push(header)
        if (header.api === toLose?.api && header.clientId === toLose.clientId) watched.add(header.correlationId)
        if (header.api === 'SaslHandshake') answer(client, saslHandshake, header, { errorCode: 0, mechanisms: ['PLAIN'] })
        else if (header.api === 'SaslAuthenticate') {
          isIn = admits
          answer(client, saslAuthenticate, header, authenticated(admits))
        } else if (isIn || header.api === 'ApiVersions' || !options.asks(header.clientId)) broker.write(framed(frame))
        else client.destroy()
      }),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    setAdmits(admitted) {
      admits = admitted
      if (!admits) for (const socket of sockets) socket.destroy()
    },
    loseAnswer: wanted =>
      new Promise(lost => {
        toLose = { ...wanted, lost }
      }),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const authenticated = (admits: boolean) => ({
  errorCode: admits ? 0 : authenticationFailed,
  errorMessage: admits ? null : 'Authentication failed: invalid credentials',
  authBytes: new Uint8Array(),
  sessionLifetimeMs: 0,
})

interface Header extends SeenRequest {
  readonly version: number
  readonly correlationId: number
}

function headerOf(frame: Uint8Array): Header {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  const key = view.getInt16(0)
  const clientBytes = Math.max(0, view.getInt16(8))
  return {
    api: apisByKey.get(key)?.name ?? String(key),
    version: view.getInt16(2),
    correlationId: view.getInt32(4),
    clientId: readable.decode(frame.subarray(10, 10 + clientBytes)),
  }
}

function answer<Res>(to: Socket, api: Parameters<typeof encodeResponse<Res>>[0], header: Header, body: Res): void {
  for (const chunk of encodeResponse(api, header.version, header.correlationId, body)) to.write(chunk)
}

function framed(frame: Uint8Array): Uint8Array {
  const whole = new Uint8Array(frame.length + 4)
  new DataView(whole.buffer).setInt32(0, frame.length)
  whole.set(frame, 4)
  return whole
}
