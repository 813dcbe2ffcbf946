import { connect, type Socket as NodeSocket } from 'node:net'
import { onTestFinished } from 'vitest'
import { nodeEnv } from '../../../broker-core/env/node/node-env.ts'
import type { Api } from '../../../broker-core/protocol/api.ts'
import { decodeRequest, encodeResponse } from '../../../broker-core/protocol/frames.ts'
import { apisByKey } from '../../../broker-core/protocol/registry.ts'
import { serveSocket, type InboundConnection, type InboundOptions } from '../../../broker-core/wire/inbound-connection.ts'

export const env = nodeEnv({ log: { write: () => {} } })

export interface Server {
  readonly port: number
  readonly connections: InboundConnection[]
  readonly ended: InboundConnection[]
}

/** A listener on loopback whose connections are served with `options`. */
export async function server(options: Partial<InboundOptions> & Pick<InboundOptions, 'dispatch'>): Promise<Server> {
  const connections: InboundConnection[] = []
  const ended: InboundConnection[] = []
  const listener = await env.network.listen({ host: '127.0.0.1', port: 0 }, socket => {
    const connectionId = connections.length
    const closed = (connection: InboundConnection) => ended.push(connection)
    connections.push(serveSocket(socket, { listener: 'TEST', connectionId, closed, ...options }, env))
  })
  onTestFinished(async () => {
    for (const connection of connections) connection.close()
    await listener.close()
  })
  return { port: listener.port, connections, ended }
}

/** A plain client that speaks bytes and remembers what came back. */
export interface RawClient {
  readonly socket: NodeSocket
  received(): Buffer
  readonly closed: Promise<void>
}

export function rawClient(port: number): RawClient {
  const chunks: Buffer[] = []
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('data', chunk => chunks.push(chunk))
  socket.on('error', () => {})
  onTestFinished(() => {
    socket.destroy()
  })
  return {
    socket,
    received: () => Buffer.concat(chunks),
    closed: new Promise(resolve => socket.once('close', () => resolve())),
  }
}

export const framed = (content: Uint8Array | string): Buffer => {
  const body = Buffer.from(content)
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
}

/** Answers requests of some APIs as a broker would; `answers` gives the body. */
export function answering(
  answers: (request: { api: Api; version: number; body: unknown; clientId: string | null }) => unknown,
): InboundOptions['dispatch'] {
  return async frame => {
    const request = decodeRequest(frame, apisByKey)
    if (request.kind !== 'request') throw new Error(request.kind)
    const { api, header, body } = request
    const answer = await answers({ api, version: header.apiVersion, body, clientId: header.clientId })
    return answer === undefined ? undefined : encodeResponse(api, header.apiVersion, header.correlationId, answer)
  }
}
