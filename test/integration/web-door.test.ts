import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { webSocketProtocol } from '../../src-main/contract/messages.ts'
import { openWebDoor, type WebDoor } from '../../src-main/web/web-door.ts'

/** The browser door over real sockets: whom it lets in, and what it serves. */
describe('the browser door', () => {
  const root = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  let door: WebDoor
  let opened = 0
  beforeAll(async () => {
    mkdirSync(join(root, 'assets'))
    writeFileSync(join(root, 'index.html'), '<!doctype html><title>page</title>')
    writeFileSync(join(root, 'assets', 'a-1.js'), 'true')
    writeFileSync(join(root, '.secret.js'), 'hidden')
    door = await openWebDoor({
      root,
      port: 0,
      report: () => undefined,
      onPort: port => {
        opened += 1
        port.onMessage(() => undefined)
        port.send({ kind: 'hello', contractVersion: 1, appVersion: 'x' })
      },
    })
  })
  afterAll(async () => {
    await door.close()
    rmSync(root, { recursive: true, force: true })
  })

  const get = (path: string, options: { host?: string; method?: string } = {}) =>
    new Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
      const headers = { Host: options.host ?? `127.0.0.1:${door.port}` }
      const sent = request({ host: '127.0.0.1', port: door.port, path, method: options.method ?? 'GET', headers }, answer => {
        let body = ''
        answer.on('data', (chunk: Uint8Array) => (body += String(chunk)))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body, headers: answer.headers }))
      })
      sent.on('error', reject)
      sent.end()
    })

  it('serves the page and its files with a strict policy, and remembers only what has a hash in its name', async () => {
    const page = await get('/')
    expect([page.status, page.body]).toEqual([200, '<!doctype html><title>page</title>'])
    expect(page.headers['content-security-policy']).toContain("script-src 'self'")
    expect(page.headers['cache-control']).toBe('no-store')
    expect((await get('/assets/a-1.js')).headers['cache-control']).toContain('immutable')
  })

  it.each([
    ['/../package.json', 404],
    ['/..%2f..%2fpackage.json', 404],
    ['/.secret.js', 404],
    ['/assets', 404],
    ['/nothing.js', 404],
  ])('%s is not served', async (path, status) => {
    expect((await get(path)).status).toBe(status)
  })

  it('answers no other name and no other method', async () => {
    expect((await get('/', { host: `evil.example:${door.port}` })).status).toBe(421)
    expect((await get('/', { method: 'POST' })).status).toBe(405)
  })

  const visit = (options: { token?: string; origin?: string; path?: string }) =>
    new Promise<string>(resolve => {
      const token = new URL(door.url).hash.slice('#token='.length)
      const socket = new WebSocket(
        `ws://127.0.0.1:${door.port}${options.path ?? '/bridge'}`,
        [webSocketProtocol, `token.${options.token ?? token}`],
        {
          origin: options.origin ?? `http://127.0.0.1:${door.port}`,
        },
      )
      socket.once('message', data => {
        socket.close()
        resolve(String(data))
      })
      socket.once('unexpected-response', (_request, answer) => {
        resolve(`${answer.statusCode} ${answer.statusMessage}`)
        answer.destroy()
      })
      socket.on('error', () => undefined)
    })

  it('lets its own page in, and nobody else', async () => {
    expect(JSON.parse(await visit({}))).toMatchObject({ kind: 'hello' })
    expect(await visit({ token: 'guess' })).toBe('403 Forbidden (wrong-token)')
    expect(await visit({ origin: 'http://evil.example' })).toBe('403 Forbidden (wrong-origin)')
    expect(await visit({ path: '/other' })).toBe('403 Forbidden (wrong-path)')
    expect(opened).toBe(1)
  })

  it('closes on a frame that is no message', async () => {
    const token = new URL(door.url).hash.slice('#token='.length)
    const socket = new WebSocket(`ws://127.0.0.1:${door.port}/bridge`, [webSocketProtocol, `token.${token}`], {
      origin: `http://127.0.0.1:${door.port}`,
    })
    const closed = new Promise<number>(resolve => socket.once('close', resolve))
    socket.once('open', () => socket.send(new Uint8Array([255, 255, 255, 255, 1])))
    expect(await closed).toBe(1007)
  })
})
