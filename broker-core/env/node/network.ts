import * as net from 'node:net'
import * as tls from 'node:tls'
import type { Endpoint, Listener, Network, Socket, SocketHandlers, TlsOptions } from '../network.ts'
import { NetworkError } from '../network.ts'
import { networkError } from './network-error.ts'

/** More unsent bytes than this and `write` asks its caller to wait; as many are read ahead of a paused reader. */
export const highWaterBytes = 256 * 1024

const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000, highWaterMark: highWaterBytes } as const

/** TCP and TLS of this machine. */
export const nodeNetwork: Network = {
  listen: (endpoint, onSocket) =>
    new Promise((resolve, reject) => {
      const server = net.createServer(socketOptions, socket => onSocket(nodeSocket(socket)))
      const refuse = (error: Error): void => reject(networkError(error))
      server.once('error', refuse)
      server.listen({ host: endpoint.host, port: endpoint.port, backlog: 511 }, () => {
        server.off('error', refuse)
        // An accept that fails (too many open files) is the system's; the listener goes on with the next one.
        server.on('error', () => {})
        resolve(listenerOf(server))
      })
    }),
  connect: (endpoint, { timeoutMs, tls: tlsOptions, lendsBytes }) =>
    new Promise((resolve, reject) => {
      const lending = lendsBytes === true && tlsOptions === undefined ? lentReads() : undefined
      const socket = tlsOptions === undefined ? plainSocket(endpoint, lending) : tlsSocket(endpoint, tlsOptions)
      const where = `${endpoint.host}:${endpoint.port}`
      const timer = setTimeout(
        () => fail(new NetworkError('timeout', `${where}: no connection within ${timeoutMs} ms`)),
        timeoutMs,
      )
      const onError = (error: Error): void => fail(networkError(error))
      const onClose = (): void => fail(new NetworkError('reset', `${where}: closed while connecting`))
      function fail(error: NetworkError): void {
        settle()
        socket.on('error', () => {})
        socket.destroy()
        reject(error)
      }
      function settle(): void {
        clearTimeout(timer)
        socket.off('error', onError).off('close', onClose)
      }
      socket.on('error', onError).on('close', onClose)
      socket.once(tlsOptions === undefined ? 'connect' : 'secureConnect', () => {
        settle()
        resolve(nodeSocket(socket, lending))
      })
    }),
}

/** Reads go into one buffer; `take` is whoever gets them. */
interface LentReads {
  readonly onread: net.OnReadOpts
  take(bytes: Uint8Array): void
}

function lentReads(): LentReads {
  const lent: LentReads = {
    onread: {
      buffer: new Uint8Array(highWaterBytes),
      callback(count, bytes) {
        lent.take(bytes.subarray(0, count))
        return true
      },
    },
    take: () => {},
  }
  return lent
}

function plainSocket({ host, port }: Endpoint, lending: LentReads | undefined): net.Socket {
  return net.connect({ host, port, ...socketOptions, ...(lending === undefined ? {} : { onread: lending.onread }) })
}

function tlsSocket({ host, port }: Endpoint, options: TlsOptions): net.Socket {
  const serverName = options.serverName ?? (net.isIP(host) === 0 ? host : undefined)
  return tls.connect({
    host,
    port,
    ...socketOptions,
    rejectUnauthorized: options.rejectUnauthorized ?? true,
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(options.caPem === undefined ? {} : { ca: options.caPem }),
    ...(options.certificatePem === undefined ? {} : { cert: options.certificatePem }),
    ...(options.keyPem === undefined ? {} : { key: options.keyPem }),
  })
}

function listenerOf(server: net.Server): Listener {
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    // Node's own callback waits for every open socket; the port itself is free at once.
    close() {
      server.close()
      return new Promise(resolve => setImmediate(resolve))
    },
  }
}

/**
 * Wraps a connected socket. Handlers must be set in the same turn, or before a microtask of it ends: bytes begin to flow with them.
 * Once closed, `write` drops its bytes.
 */
function nodeSocket(socket: net.Socket, lending?: LentReads): Socket {
  let failure: NetworkError | undefined
  socket.on('error', error => (failure ??= networkError(error)))
  return {
    remoteAddress: `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`,
    setHandlers(handlers) {
      if (lending === undefined) socket.on('data', bytes => handlers.data(bytes as Uint8Array))
      else lending.take = bytes => handlers.data(bytes)
      attach(socket, handlers, () => failure)
    },
    write(chunks) {
      if (!socket.writable) return false
      if (chunks.length > 1) socket.cork()
      for (const chunk of chunks) socket.write(chunk)
      if (chunks.length > 1) socket.uncork()
      return socket.writableLength <= highWaterBytes
    },
    bufferedBytes: () => socket.writableLength,
    pause() {
      socket.pause()
    },
    resume() {
      socket.resume()
    },
    end() {
      socket.end()
    },
    destroy() {
      socket.destroy()
    },
  }
}

function attach(socket: net.Socket, handlers: SocketHandlers, failure: () => NetworkError | undefined): void {
  socket.on('drain', () => handlers.drained())
  if (socket.closed) handlers.closed(failure())
  else socket.on('close', () => handlers.closed(failure()))
}
