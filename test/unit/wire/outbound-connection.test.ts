import { describe, expect, it, vi } from 'vitest'
import { errorCode } from '../../../broker-core/model/kafka-errors.ts'
import { produce } from '../../../broker-core/protocol/messages/00-produce.ts'
import { fetch } from '../../../broker-core/protocol/messages/01-fetch.ts'
import { metadata } from '../../../broker-core/protocol/messages/03-metadata.ts'
import { heartbeat } from '../../../broker-core/protocol/messages/12-heartbeat.ts'
import { apiVersions } from '../../../broker-core/protocol/messages/18-api-versions.ts'
import { encodeResponse } from '../../../broker-core/protocol/frames.ts'
import { openConnection, type ConnectionOptions } from '../../../broker-core/wire/outbound-connection.ts'
import { answering, env, server } from './loopback.ts'

const served = {
  ...apiVersions.response.zero,
  apiKeys: [
    { apiKey: 0, minVersion: 0, maxVersion: 9 },
    { apiKey: 1, minVersion: 4, maxVersion: 99 },
    { apiKey: 3, minVersion: 50, maxVersion: 60 },
    { apiKey: 12, minVersion: 0, maxVersion: 4 },
    { apiKey: 18, minVersion: 0, maxVersion: 4 },
  ],
}
const beat = { ...heartbeat.request.zero, groupId: 'g', memberId: 'm' }
const open = (port: number, options: Partial<ConnectionOptions> = {}) =>
  openConnection({ host: '127.0.0.1', port }, { clientId: 'test', requestTimeoutMs: 2000, ...options }, env)
const correlationIdIn = (frame: Uint8Array): number => new DataView(frame.buffer, frame.byteOffset).getInt32(4)
type Answers = Parameters<typeof answering>[0]
const brokerWith = (answers: Answers) =>
  server({ dispatch: answering(request => (request.api === apiVersions ? served : answers(request))), inFlightMax: 64 })

describe('outbound connection', () => {
  it('answers find their calls, and versions are those that both sides know', async () => {
    const { port } = await brokerWith(({ body, clientId }) => {
      const { memberId } = body as { memberId: string }
      return { ...heartbeat.response.zero, throttleTimeMs: Number(memberId), errorCode: clientId === 'test' ? 0 : 1 }
    })
    const connection = await open(port)
    const asked = Array.from({ length: 20 }, (_, n) => connection.call(heartbeat, 4, { ...beat, memberId: String(n) }))
    expect((await Promise.all(asked)).map(answer => answer.throttleTimeMs)).toEqual(asked.map((_, n) => n))
    expect((await connection.call(heartbeat, 4, { ...beat, memberId: '1' }, { clientId: 'other' })).errorCode).toBe(1)
    expect(connection.negotiatedVersion(produce)).toBe(9)
    expect(connection.negotiatedVersion(produce, 5)).toBe(5)
    expect(connection.negotiatedVersion(fetch)).toBe(fetch.versions[1])
    expect(connection.negotiatedVersion(metadata)).toBeUndefined()
    connection.close()
    expect(await connection.closed).toBeUndefined()
  })

  it('WIRE-08: a server that does not know our ApiVersions is asked again in its own version', async () => {
    const versions: number[] = []
    const refusal = {
      ...apiVersions.response.zero,
      errorCode: errorCode('UNSUPPORTED_VERSION'),
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }],
    }
    const { port } = await server({
      dispatch(frame, connection) {
        const version = frame[3] ?? 0
        versions.push(version)
        if (version <= 2) return answering(() => served)(frame, connection)
        return encodeResponse(apiVersions, 0, correlationIdIn(frame), refusal)
      },
    })
    const connection = await open(port)
    expect(versions).toEqual([4, 2])
    expect(connection.negotiatedVersion(heartbeat)).toBe(4)
    connection.close()
  })

  it('a call without an answer in time fails the connection and everything that waits on it', async () => {
    const { port, ended } = await brokerWith(() => new Promise(() => {}))
    const connection = await open(port)
    const late = connection.call(heartbeat, 4, beat, { timeoutMs: 50 })
    const behind = connection.call(heartbeat, 4, beat)
    await expect(late).rejects.toMatchObject({ name: 'RequestTimeout' })
    await expect(behind).rejects.toMatchObject({ name: 'ConnectionLost' })
    expect(connection.isOpen()).toBe(false)
    await expect(connection.call(heartbeat, 4, beat)).rejects.toMatchObject({ name: 'ConnectionLost' })
    expect(await connection.closed).toMatchObject({ name: 'RequestTimeout' })
    await vi.waitFor(() => expect(ended.length).toBe(1))
  })

  it('a broken socket rejects what was pending', async () => {
    const { port, connections } = await brokerWith(() => new Promise(() => {}))
    const connection = await open(port)
    const pending = connection.call(heartbeat, 4, beat)
    connections[0]?.close()
    await expect(pending).rejects.toMatchObject({ name: 'ConnectionLost' })
    await connection.closed
    expect(() => connection.send(heartbeat, 4, beat)).toThrow(expect.objectContaining({ name: 'ConnectionLost' }))
  })

  it('no more requests are in flight than allowed, and no more wait than allowed', async () => {
    let release: () => void = () => {}
    const gate = new Promise<void>(resolve => (release = resolve))
    const { port, connections } = await brokerWith(async () => {
      await gate
      return heartbeat.response.zero
    })
    const connection = await open(port, { inFlightMax: 2, waitingMax: 3 })
    const calls = Array.from({ length: 5 }, () => connection.call(heartbeat, 4, beat))
    await expect(connection.call(heartbeat, 4, beat)).rejects.toMatchObject({ name: 'ConnectionBusy' })
    await vi.waitFor(() => expect(connections[0]?.counts().bytesIn).toBeGreaterThan(60))
    release()
    await Promise.all(calls)
    connection.close()
  })

  it('an answer that is none, or to a question that was not asked, breaks the connection', async () => {
    const replies = [
      Buffer.from('0000000400000063', 'hex'),
      Buffer.from('7fffffff', 'hex'),
      Buffer.from('0000000400000001', 'hex'),
    ]
    for (const reply of replies) {
      const { port } = await server({
        dispatch: (frame, connection) => (frame[1] === 18 ? answering(() => served)(frame, connection) : [reply]),
      })
      const connection = await open(port)
      await expect(connection.call(heartbeat, 4, beat)).rejects.toMatchObject({ name: 'ConnectionLost' })
      expect(await connection.closed).toMatchObject({ name: 'WireFormatError' })
    }
  })

  it('WIRE-13: what has no answer is sent and not waited for', async () => {
    let produced = 0
    const { port } = await brokerWith(({ api }) => {
      if (api !== produce) return heartbeat.response.zero
      produced++
      return undefined
    })
    const connection = await open(port)
    connection.send(produce, 9, { ...produce.request.zero, acks: 0 })
    connection.send(produce, 9, { ...produce.request.zero, acks: 0 })
    await connection.call(heartbeat, 4, beat)
    expect(produced).toBe(2)
    connection.close()
  })

  it('a value that its version cannot carry rejects that call alone', async () => {
    const { port } = await brokerWith(() => heartbeat.response.zero)
    const connection = await open(port)
    await expect(connection.call(heartbeat, 99, beat)).rejects.toMatchObject({ name: 'WireFormatError' })
    await connection.call(heartbeat, 4, beat)
    connection.close()
  })

  it('a port where nobody listens is refused', async () => {
    const listener = await env.network.listen({ host: '127.0.0.1', port: 0 }, () => {})
    await listener.close()
    await expect(open(listener.port)).rejects.toMatchObject({ name: 'NetworkError', kind: 'refused' })
  })
})
