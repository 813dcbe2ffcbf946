import { describe, expect, it } from 'vitest'
import { faultyNetwork } from '../../broker-core/env/faulty/network.ts'
import { nodeNetwork } from '../../broker-core/env/node/network.ts'
import { nodeTimers } from '../../broker-core/env/node/timers.ts'
import type { Network, NetworkError, Socket } from '../../broker-core/env/network.ts'
import { createSimWorld } from '../simulation/sim-env.ts'
import { noDisk } from './no-disk.ts'

interface Ground {
  readonly near: Network
  readonly far: Network
  /** Lets the world go on until the condition holds. */
  until(condition: () => boolean): Promise<void>
  /** The same for a promise. */
  settled<T>(promise: Promise<T>): Promise<T>
}

function nodeGround(near: Network = nodeNetwork): Ground {
  return {
    near,
    far: nodeNetwork,
    async until(condition) {
      while (!condition()) await new Promise(resolve => setTimeout(resolve, 1))
    },
    settled: promise => promise,
  }
}

function simGround(): Ground {
  const world = createSimWorld(1)
  const near = world.start({ name: 'near', disk: noDisk })
  const far = world.start({ name: 'far', disk: noDisk })
  const until = async (condition: () => boolean) => {
    if (!(await world.time.run(60_000, condition))) throw new Error('nothing more happens')
  }
  return {
    near: near.env.network,
    far: far.env.network,
    until,
    async settled(promise) {
      let isSettled = false
      const settle = () => (isSettled = true)
      promise.then(settle, settle)
      await until(() => isSettled)
      return promise
    },
  }
}

interface Side {
  readonly socket: Socket
  readonly received: () => Buffer
  drains: number
  closed: { error: NetworkError | undefined } | undefined
}

function watch(socket: Socket): Side {
  const chunks: Uint8Array[] = []
  const side: Side = { socket, received: () => Buffer.concat(chunks), drains: 0, closed: undefined }
  socket.setHandlers({
    data: bytes => chunks.push(bytes),
    drained: () => side.drains++,
    closed: error => (side.closed = { error }),
  })
  return side
}

async function pair(ground: Ground) {
  const accepted: Side[] = []
  const listener = await ground.settled(ground.far.listen({ host: '127.0.0.1', port: 0 }, socket => accepted.push(watch(socket))))
  const endpoint = { host: '127.0.0.1', port: listener.port }
  const client = watch(await ground.settled(ground.near.connect(endpoint, { timeoutMs: 5000 })))
  await ground.until(() => accepted.length === 1)
  return { client, server: accepted[0] as Side, listener, endpoint }
}

const text = (value: string) => Buffer.from(value)

for (const [name, ground] of [
  ['node', () => nodeGround()],
  ['faulty without faults', () => nodeGround(faultyNetwork(nodeNetwork, nodeTimers))],
  ['simulated', simGround],
] as const) {
  describe(`Network: ${name}`, () => {
    it('carries bytes both ways, in order, whatever the chunks', async () => {
      const world = ground()
      const { client, server, listener } = await pair(world)
      client.socket.write([text('one '), text(''), text('two ')])
      client.socket.write([text('three')])
      server.socket.write([text('back')])
      await world.until(() => server.received().length === 13 && client.received().length === 4)
      expect(server.received().toString()).toBe('one two three')
      expect(client.received().toString()).toBe('back')
      client.socket.destroy()
      await world.until(() => server.closed !== undefined)
      await world.settled(listener.close())
    })

    it('bytes belong to the receiver: changing them does not reach the sender', async () => {
      const world = ground()
      const { client, server } = await pair(world)
      const sent = text('mine')
      client.socket.write([sent])
      await world.until(() => server.received().length === 4)
      server.received().fill(0)
      expect(sent.toString()).toBe('mine')
      client.socket.destroy()
      await world.until(() => server.closed !== undefined)
    })

    it('end sends what is queued and then closes both sides without an error', async () => {
      const world = ground()
      const { client, server } = await pair(world)
      client.socket.write([Buffer.alloc(3_000_000, 7)])
      client.socket.end()
      await world.until(() => server.closed !== undefined && client.closed !== undefined)
      expect(server.received().length).toBe(3_000_000)
      expect(server.closed).toEqual({ error: undefined })
      expect(client.closed).toEqual({ error: undefined })
    })

    it('destroy closes at once, and tells its own side without an error', async () => {
      const world = ground()
      const { client, server } = await pair(world)
      client.socket.destroy()
      client.socket.destroy()
      await world.until(() => server.closed !== undefined && client.closed !== undefined)
      expect(client.closed).toEqual({ error: undefined })
      expect(client.socket.write([text('late')])).toBe(false)
      expect(['reset', undefined]).toContain(server.closed?.error?.kind)
    })

    it('a paused reader backs the writer up; drained comes once it reads again, and nothing is lost', async () => {
      const world = ground()
      const { client, server } = await pair(world)
      server.socket.pause()
      const chunk = Buffer.alloc(64 * 1024, 1)
      let written = 0
      while (client.socket.write([chunk])) {
        written += chunk.length
        if (written > 100e6) throw new Error('never backed up')
      }
      written += chunk.length
      expect(client.socket.bufferedBytes()).toBeGreaterThan(0)
      expect(client.drains).toBe(0)
      server.socket.resume()
      await world.until(() => client.drains === 1 && server.received().length === written)
      expect(client.socket.bufferedBytes()).toBe(0)
      client.socket.destroy()
      await world.until(() => server.closed !== undefined)
    })

    it('a port in use is refused, and free again after close; open sockets stay', async () => {
      const world = ground()
      const { client, server, listener, endpoint } = await pair(world)
      await expect(world.settled(world.far.listen(endpoint, () => {}))).rejects.toMatchObject({
        name: 'NetworkError',
        kind: 'address-in-use',
      })
      await world.settled(listener.close())
      await expect(world.settled(world.near.connect(endpoint, { timeoutMs: 5000 }))).rejects.toMatchObject({ kind: 'refused' })
      client.socket.write([text('still here')])
      await world.until(() => server.received().length === 10)
      const again = await world.settled(world.far.listen(endpoint, () => {}))
      expect(again.port).toBe(endpoint.port)
      await world.settled(again.close())
      client.socket.destroy()
      await world.until(() => server.closed !== undefined)
    })

    it('bytes that come before the handlers are set in the same turn are not lost', async () => {
      const world = ground()
      const listener = await world.settled(
        world.far.listen({ host: '127.0.0.1', port: 0 }, socket => {
          watch(socket)
          socket.write([text('hello')])
        }),
      )
      const endpoint = { host: '127.0.0.1', port: listener.port }
      const client = watch(await world.settled(world.near.connect(endpoint, { timeoutMs: 5000 })))
      await world.until(() => client.received().length === 5)
      client.socket.destroy()
      await world.until(() => client.closed !== undefined)
      await world.settled(listener.close())
    })
  })
}
