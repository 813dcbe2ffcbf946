import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { webSocketProtocol } from '../contract/messages.ts'
import type { Port, ToWindow } from '../contract/messages.ts'
import { admit, isOwnHost } from './admission.ts'
import { pageHeaders } from './page-policy.ts'
import { staticFile } from './static-files.ts'
import { webSocketPort } from './websocket-port.ts'

const messageBytesMax = 33_554_432
const windowsMax = 32
const pingEveryMs = 30_000
const loopback = '127.0.0.1'

export interface WebDoor {
  /** With the token: whoever has it may do everything that the window can. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

export interface WebDoorOptions {
  /** Folder of the built renderer. */
  readonly root: string
  /** 0: any free one. */
  readonly port: number
  readonly onPort: (port: Port<unknown, ToWindow>) => void
  readonly report: (error: unknown, where: string) => void
}

/** Serves the window to browsers of this machine, over loopback only. Rejects when the port is taken. */
export async function openWebDoor(options: WebDoorOptions): Promise<WebDoor> {
  const token = randomBytes(24).toString('base64url')
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 30_000 })
  const port = await listen(server, options.port)
  const host = `${loopback}:${port}`
  server.on('request', (request, response) => {
    answerRequest(request, response, { root: options.root, host }).catch((error: unknown) => {
      options.report(error, 'static file')
      response.destroy()
    })
  })
  const sockets = webSockets(server, { host, token, onPort: options.onPort })
  return {
    url: `http://${host}/#token=${token}`,
    port,
    async close() {
      sockets.close()
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: loopback, port, exclusive: true }, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  door: { root: string; host: string },
): Promise<void> {
  const refuse = (status: number, text: string) => {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...pageHeaders(undefined) }).end(`${text}\n`)
  }
  if (!isOwnHost(request.headers.host, door.host)) return refuse(421, 'This address is not served here.')
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only GET is answered here.')
  const pathname = (request.url ?? '/').split('?', 1)[0] as string
  const file = await staticFile(door.root, pathname)
  if (file === undefined) return refuse(404, 'There is no such file.')
  response.writeHead(200, {
    'Content-Type': file.contentType,
    'Content-Length': file.bytes.length,
    'Cache-Control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-store',
    ...pageHeaders(`ws://${request.headers.host}`),
  })
  response.end(request.method === 'HEAD' ? undefined : file.bytes)
}

interface SocketDoor {
  readonly host: string
  readonly token: string
  readonly onPort: (port: Port<unknown, ToWindow>) => void
}

function webSockets(server: Server, door: SocketDoor): { close(): void } {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytesMax,
    perMessageDeflate: false,
    handleProtocols: () => webSocketProtocol,
  })
  server.on('upgrade', (request, socket, head) => {
    const refusal = refusalOf(request, door, sockets.clients.size)
    if (refusal !== undefined) return refuseUpgrade(socket, refusal)
    sockets.handleUpgrade(request, socket, head, client => {
      keepAlive(client)
      // A broken peer is told by `close`, which follows.
      client.on('error', () => undefined)
      door.onPort(webSocketPort(client))
    })
  })
  return {
    close() {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
    },
  }
}

function refusalOf(request: IncomingMessage, door: SocketDoor, windows: number): string | undefined {
  const { host, origin } = request.headers
  const protocols = request.headers['sec-websocket-protocol']
  const admission = admit({ host, origin, protocols, path: request.url }, door)
  if (admission !== 'admitted') return `403 Forbidden (${admission})`
  return windows >= windowsMax ? '503 Too Many Windows' : undefined
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => undefined)
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** A browser that went to sleep or away without a word is noticed, and what ran for it ends. */
function keepAlive(client: WebSocket): void {
  let isAnswered = true
  const timer = setInterval(() => {
    if (!isAnswered) return client.terminate()
    isAnswered = false
    client.ping()
  }, pingEveryMs)
  client.on('pong', () => {
    isAnswered = true
  })
  client.once('close', () => clearInterval(timer))
}
