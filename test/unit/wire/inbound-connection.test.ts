import { once } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import type { ReplyChunks } from '../../../broker-core/wire/inbound-connection.ts'
import { framed, rawClient, server } from './loopback.ts'

const echo = (frame: Uint8Array): ReplyChunks => [framed(frame)]
/** A frame whose API key is Produce; the last byte tells them apart. */
const produce = (mark: number): Buffer => framed(Uint8Array.of(0, 0, mark))
const fetch = (mark: number): Buffer => framed(Uint8Array.of(0, 1, mark))
const deferred = <T>() => {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>(settle => (resolve = settle))
  return { promise, resolve }
}

describe('inbound connection', () => {
  it('WIRE-07: replies leave in request order, whichever is ready first; Produce runs beside Produce', async () => {
    const waits = new Map<number, ReturnType<typeof deferred<void>>>()
    const { port } = await server({
      async dispatch(frame) {
        const wait = deferred<void>()
        waits.set(frame[2] ?? 0, wait)
        await wait.promise
        return echo(frame)
      },
    })
    const client = rawClient(port)
    client.socket.write(Buffer.concat([produce(1), produce(2), produce(3)]))
    await vi.waitFor(() => expect(waits.size).toBe(3))
    waits.get(3)?.resolve()
    waits.get(2)?.resolve()
    waits.get(1)?.resolve()
    await vi.waitFor(() => expect(client.received()).toEqual(Buffer.concat([produce(1), produce(2), produce(3)])))
  })

  it('WIRE-07: every other request waits until those before it are answered', async () => {
    const started: number[] = []
    const first = deferred<void>()
    const { port } = await server({
      async dispatch(frame) {
        started.push(frame[2] ?? 0)
        if (frame[2] === 1) await first.promise
        return echo(frame)
      },
    })
    const client = rawClient(port)
    client.socket.write(Buffer.concat([produce(1), fetch(2), produce(3)]))
    await vi.waitFor(() => expect(started).toEqual([1]))
    first.resolve()
    await vi.waitFor(() => expect(client.received()).toEqual(Buffer.concat([produce(1), fetch(2), produce(3)])))
    expect(started).toEqual([1, 2, 3])
  })

  it('no more Produce requests are in progress than allowed', async () => {
    let inProgress = 0
    let most = 0
    const { port } = await server({
      inFlightMax: 3,
      async dispatch(frame) {
        most = Math.max(most, ++inProgress)
        await new Promise(resolve => setImmediate(resolve))
        inProgress--
        return echo(frame)
      },
    })
    const client = rawClient(port)
    const requests = Buffer.concat(Array.from({ length: 50 }, (_, mark) => produce(mark)))
    client.socket.write(requests)
    await vi.waitFor(() => expect(client.received()).toEqual(requests))
    expect(most).toBe(3)
  })

  it('WIRE-13: a request without an answer takes no place among the answers', async () => {
    const { port } = await server({ dispatch: frame => (frame[2] === 2 ? undefined : echo(frame)) })
    const client = rawClient(port)
    client.socket.write(Buffer.concat([produce(1), produce(2), fetch(3)]))
    await vi.waitFor(() => expect(client.received()).toEqual(Buffer.concat([produce(1), fetch(3)])))
  })

  it('WIRE-01: garbage, a negative and a huge size close the connection, after the answer to what came before', async () => {
    for (const bad of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from('ffffffff', 'hex'), Buffer.from('7fffffff', 'hex')]) {
      const wait = deferred<void>()
      const { port } = await server({
        async dispatch(frame) {
          await wait.promise
          return echo(frame)
        },
      })
      const client = rawClient(port)
      client.socket.write(Buffer.concat([fetch(1), bad]))
      await vi.waitFor(() => expect(client.socket.bytesWritten).toBe(7 + bad.length))
      wait.resolve()
      await client.closed
      expect(client.received()).toEqual(fetch(1))
    }
  })

  it('WIRE-08: an error of the dispatcher closes the connection, later requests are not run, replies before it are sent', async () => {
    const started: number[] = []
    const { port } = await server({
      dispatch(frame) {
        started.push(frame[2] ?? 0)
        if (frame[2] === 2) throw new Error('unknown API')
        return echo(frame)
      },
    })
    const client = rawClient(port)
    client.socket.write(Buffer.concat([fetch(1), fetch(2), fetch(3)]))
    await client.closed
    expect(client.received()).toEqual(fetch(1))
    expect(started).toEqual([1, 2])
  })

  it('a client that never reads stops being read: neither replies nor requests pile up', async () => {
    let started = 0
    const reply = framed(Buffer.alloc(256 * 1024))
    const { port, connections } = await server({
      dispatch() {
        started++
        return [reply]
      },
    })
    const client = rawClient(port)
    client.socket.pause()
    const request = fetch(1)
    const before = process.memoryUsage().rss
    const requests = Buffer.concat(Array.from({ length: 20_000 }, () => request))
    for (let round = 0; round < 10; round++) client.socket.write(requests)
    await vi.waitFor(() => expect(started).toBeGreaterThan(0))
    let last = -1
    await vi.waitUntil(
      () => {
        const isSame = last === started
        last = started
        return isSame
      },
      { interval: 100 },
    )
    expect(started).toBeLessThan(200)
    expect(connections[0]?.counts().bytesIn).toBeLessThan(2_000_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6)
    client.socket.resume()
    const startedWhilePaused = started
    await vi.waitFor(() => expect(started).toBeGreaterThan(startedWhilePaused))
  })

  it('slow loris: half a request does not keep a connection beyond the idle time', async () => {
    const { port, ended } = await server({ idleMs: 150, dispatch: echo })
    const client = rawClient(port)
    await once(client.socket, 'connect')
    client.socket.write(Buffer.from('00001000', 'hex'))
    const trickle = setInterval(() => client.socket.write(Buffer.of(1)), 20)
    await client.closed
    clearInterval(trickle)
    await vi.waitFor(() => expect(ended.length).toBe(1))
  })

  it('a connection with a request in progress is not idle', async () => {
    let wasClosed: boolean | undefined
    const { port } = await server({
      idleMs: 30,
      async dispatch(frame, connection) {
        await new Promise(resolve => setTimeout(resolve, 150))
        wasClosed = connection.isClosed()
        return echo(frame)
      },
    })
    const client = rawClient(port)
    client.socket.write(fetch(1))
    await client.closed
    expect(client.received()).toEqual(fetch(1))
    expect(wasClosed).toBe(false)
  })

  it('a disconnect in the middle of a request is told, and its answer is dropped', async () => {
    const wait = deferred<void>()
    let wasClosed: boolean | undefined
    const { port, ended, connections } = await server({
      async dispatch(frame, connection) {
        await wait.promise
        wasClosed = connection.isClosed()
        return echo(frame)
      },
    })
    const client = rawClient(port)
    client.socket.write(Buffer.concat([fetch(1), fetch(2).subarray(0, 5)]))
    await vi.waitFor(() => expect(connections[0]?.counts().requests).toBe(1))
    client.socket.resetAndDestroy()
    await vi.waitFor(() => expect(ended.length).toBe(1))
    wait.resolve()
    await vi.waitFor(() => expect(wasClosed).toBe(true))
    expect(connections[0]?.counts().requests).toBe(1)
  })

  it('a peer that goes while further requests wait is noticed, and these are not run', async () => {
    const wait = deferred<void>()
    let started = 0
    const { port, ended } = await server({
      async dispatch(frame) {
        started++
        await wait.promise
        return echo(frame)
      },
    })
    const client = rawClient(port)
    client.socket.write(Buffer.concat([fetch(1), fetch(2), fetch(3)]))
    await vi.waitFor(() => expect(started).toBe(1))
    client.socket.resetAndDestroy()
    await vi.waitFor(() => expect(ended.length).toBe(1))
    wait.resolve()
    await new Promise(resolve => setImmediate(resolve))
    expect(started).toBe(1)
  })

  it('counts requests and bytes', async () => {
    const { port, connections } = await server({ dispatch: echo })
    const client = rawClient(port)
    client.socket.write(Buffer.concat([fetch(1), fetch(2)]))
    await vi.waitFor(() => expect(client.received().length).toBe(14))
    expect(connections[0]?.counts()).toEqual({ requests: 2, bytesIn: 14, bytesOut: 14 })
  })
})
