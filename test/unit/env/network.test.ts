import { readFileSync } from 'node:fs'
import * as net from 'node:net'
import * as tls from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { nodeNetwork } from '../../../broker-core/env/node/network.ts'
import { networkError } from '../../../broker-core/env/node/network-error.ts'
import type { Socket, TlsOptions } from '../../../broker-core/env/network.ts'

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8')
/** Self-signed for localhost; its key guards nothing but this test. */
const certificatePem = fixture('localhost-certificate.pem')
const keyPem = fixture('localhost-key.pem')

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function listening(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>()
  server.on('connection', socket => sockets.add(socket))
  server.on('tlsClientError', () => {})
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as net.AddressInfo).port
}
const connect = (port: number, options: TlsOptions | undefined, timeoutMs = 3000) =>
  nodeNetwork.connect({ host: 'localhost', port }, { timeoutMs, ...(options === undefined ? {} : { tls: options }) })

/** Sends a word and returns what comes back. */
async function echo(socket: Socket): Promise<string> {
  const answer = await new Promise<string>(resolve => {
    socket.setHandlers({
      data: bytes => resolve(Buffer.from(bytes).toString()),
      drained: () => {},
      closed: () => resolve('closed'),
    })
    socket.write([Buffer.from('hello')])
  })
  socket.destroy()
  return answer
}

describe('TLS', () => {
  const echoServer = (options: tls.TlsOptions = {}) =>
    listening(
      tls.createServer({ key: keyPem, cert: certificatePem, ...options }, socket => socket.on('error', () => {}).pipe(socket)),
    )

  it('connects to a server whose certificate is vouched for, and carries bytes', async () => {
    expect(await echo(await connect(await echoServer(), { caPem: certificatePem }))).toBe('hello')
  })

  it('refuses an unknown certificate and one of another name, unless told to take any', async () => {
    const port = await echoServer()
    await expect(connect(port, {})).rejects.toMatchObject({ name: 'NetworkError', kind: 'tls' })
    await expect(connect(port, { caPem: certificatePem, serverName: 'elsewhere' })).rejects.toMatchObject({ kind: 'tls' })
    expect(await echo(await connect(port, { rejectUnauthorized: false }))).toBe('hello')
  })

  it('shows its own certificate where the server asks for one', async () => {
    const port = await echoServer({ requestCert: true, rejectUnauthorized: true, ca: certificatePem })
    const own = { caPem: certificatePem, certificatePem, keyPem }
    expect(await echo(await connect(port, own))).toBe('hello')
  })

  it('a server that speaks no TLS is a failure of TLS, one that says nothing a timeout', async () => {
    const plain = await listening(
      net.createServer(socket => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    )
    await expect(connect(plain, { caPem: certificatePem })).rejects.toMatchObject({ kind: 'tls' })
    const silent = await listening(net.createServer(() => {}))
    await expect(connect(silent, { caPem: certificatePem }, 100)).rejects.toMatchObject({ kind: 'timeout' })
  })
})

describe('names of network errors', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['EADDRINUSE', 'address-in-use'],
    ['EACCES', 'not-permitted'],
    ['ENOTFOUND', 'not-found'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ETIMEDOUT', 'timeout'],
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ])('%s is %s', (code, kind) => {
    expect(networkError(Object.assign(new Error('x'), { code })).kind).toBe(kind)
  })

  it('of several addresses tried in vain the first failure counts', () => {
    const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
    expect(networkError(new AggregateError([refused, new Error('y')])).kind).toBe('refused')
  })
})
