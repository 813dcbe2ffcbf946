import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { DiskErrorKind } from '../../../broker-core/env/disk.ts'
import { faultyDisk, type DiskOperation } from '../../../broker-core/env/faulty/disk.ts'
import { faultyNetwork } from '../../../broker-core/env/faulty/network.ts'
import type { NetworkError, Socket } from '../../../broker-core/env/network.ts'
import { nodeDisk } from '../../../broker-core/env/node/disk.ts'
import { noDisk } from '../../compliance/no-disk.ts'
import { createSimWorld } from '../../simulation/sim-env.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe('faulty disk', () => {
  it('refuses what it is told to, tears writes, and passes the rest on', () => {
    const folder = mkdtempSync(join(tmpdir(), 'faulty-'))
    folders.push(folder)
    let refused: DiskOperation | undefined
    const refuse = (operation: DiskOperation): DiskErrorKind | undefined => (operation === refused ? 'no-space' : undefined)
    const disk = faultyDisk(nodeDisk, { refuse, tornBytes: (_path, sizeBytes) => sizeBytes - 1 })
    const path = `${folder}/f`
    const file = disk.open(path, 'create')
    file.writeAt([Uint8Array.of(1, 2)], 0)
    refused = 'write'
    expect(() => file.writeAt([Uint8Array.of(3, 4), Uint8Array.of(5, 6)], 2)).toThrow(
      expect.objectContaining({ kind: 'no-space' }),
    )
    expect(file.size()).toBe(5)
    refused = 'sync'
    expect(() => file.sync()).toThrow(expect.objectContaining({ name: 'DiskError' }))
    refused = 'rename'
    expect(() => disk.rename(path, `${path}2`)).toThrow(expect.objectContaining({ kind: 'no-space' }))
    refused = undefined
    file.sync()
    file.close()
    disk.rename(path, `${path}2`)
    expect(disk.list(folder)).toEqual(['f2'])
  })
})

async function faultyPair() {
  const world = createSimWorld(3)
  const near = world.start({ name: 'near', disk: noDisk })
  const far = world.start({ name: 'far', disk: noDisk })
  const network = faultyNetwork(near.env.network, near.env.timers)
  const until = async (condition: () => boolean, limitMs = 60_000) => world.time.run(limitMs, condition)
  const watch = (socket: Socket) => {
    const seen = { socket, text: '', bytes: 0, drains: 0, closed: undefined as { error: NetworkError | undefined } | undefined }
    socket.setHandlers({
      data(bytes) {
        seen.bytes += bytes.length
        if (bytes.length < 100) seen.text += new TextDecoder().decode(bytes)
      },
      drained: () => seen.drains++,
      closed: error => (seen.closed = { error }),
    })
    return seen
  }
  let server: ReturnType<typeof watch> | undefined
  void far.env.network.listen({ host: '127.0.0.1', port: 9 }, socket => (server = watch(socket)))
  await until(() => false, 1)
  let client: ReturnType<typeof watch> | undefined
  void network.connect({ host: '127.0.0.1', port: 9 }, { timeoutMs: 1000 }).then(socket => (client = watch(socket)))
  await until(() => client !== undefined && server !== undefined)
  if (client === undefined || server === undefined) throw new Error('no connection')
  return { client, server, network, until, world }
}
const text = (value: string) => [new TextEncoder().encode(value)]

describe('faulty network', () => {
  it('delays bytes both ways and keeps their order', async () => {
    const { client, server, network, until, world } = await faultyPair()
    network.delay(100, [9])
    const startMs = world.time.nowMs()
    client.socket.write(text('a'))
    client.socket.write(text('b'))
    await until(() => server.text === 'ab')
    expect(world.time.nowMs() - startMs).toBeGreaterThanOrEqual(100)
    network.delay(0, [9])
    client.socket.write(text('c'))
    server.socket.write(text('back'))
    await until(() => server.text === 'abc' && client.text === 'back')
    expect(server.text).toBe('abc')
  })

  it('a cut link holds bytes and their writer, times connects out, and lets all go when healed', async () => {
    const { client, server, network, until } = await faultyPair()
    network.cut([9])
    expect(client.socket.write([new Uint8Array(10_000)])).toBe(true)
    expect(client.socket.write([new Uint8Array(90_000)])).toBe(false)
    server.socket.write(text('held'))
    let refused: unknown
    network.connect({ host: '127.0.0.1', port: 9 }, { timeoutMs: 500 }).catch((error: unknown) => (refused = error))
    await until(() => refused !== undefined)
    expect(refused).toMatchObject({ kind: 'timeout' })
    expect([server.bytes, client.text, client.drains]).toEqual([0, '', 0])
    network.heal()
    await until(() => server.bytes === 100_000 && client.text === 'held' && client.drains === 1)
    expect([server.bytes, client.text, client.drains]).toEqual([100_000, 'held', 1])
  })

  it('a peer that closes behind a cut link is not heard of until it heals; closing here is at once', async () => {
    const { client, server, network, until } = await faultyPair()
    network.cut()
    server.socket.destroy()
    await until(() => client.closed !== undefined, 5_000)
    expect(client.closed).toBeUndefined()
    network.heal()
    await until(() => client.closed !== undefined)
    expect(client.closed).toBeDefined()

    const other = await faultyPair()
    other.network.cut()
    other.client.socket.destroy()
    await other.until(() => other.client.closed !== undefined)
    expect(other.client.closed).toEqual({ error: undefined })
  })

  it('reset breaks open connections', async () => {
    const { client, server, network, until } = await faultyPair()
    network.reset([8])
    network.reset([9])
    await until(() => client.closed !== undefined && server.closed !== undefined)
    expect(client.closed?.error?.kind).toBe('reset')
    expect(server.closed).toBeDefined()
  })
})
