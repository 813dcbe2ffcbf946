import { describe, expect, it } from 'vitest'
import { assert } from '../../../broker-core/base/assert.ts'
import type { Api, RequestOf } from '../../../broker-core/protocol/api.ts'
import { decodeResponse, encodeRequest } from '../../../broker-core/protocol/frames.ts'
import { produce } from '../../../broker-core/protocol/messages/00-produce.ts'
import { listOffsets } from '../../../broker-core/protocol/messages/02-list-offsets.ts'
import { apiVersions } from '../../../broker-core/protocol/messages/18-api-versions.ts'
import { alterPartition } from '../../../broker-core/protocol/messages/56-alter-partition.ts'
import { ConnectionMustClose } from '../../../broker-core/server/connection-must-close.ts'
import { createDispatch, type Dispatch, type Reply } from '../../../broker-core/server/dispatch.ts'
import { handler, type Handler } from '../../../broker-core/server/handler.ts'
import { apiVersionsHandler } from '../../../broker-core/server/handlers/18-api-versions.ts'
import { imageOf } from './images.ts'

const caller = {
  connectionId: 1,
  listener: 'PLAINTEXT',
  principal: 'User:ANONYMOUS',
  remoteAddress: '127.0.0.1:1',
  isClosed: () => false,
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(chunks).subarray(4))
}
function frame<A extends Api>(api: A, version: number, request: RequestOf<A>): Uint8Array {
  return joined(encodeRequest(api, version, { correlationId: 77, clientId: 'test' }, request))
}

function dispatchOf(more: readonly Handler[] = [], door: 'broker' | 'controller' = 'broker') {
  const bugs: unknown[] = []
  const deps = { served: () => dispatch.served, image: () => imageOf([]), nodeId: 1, supportedFeatures: [] }
  const dispatch: Dispatch = createDispatch({
    handlers: [...more, apiVersionsHandler(deps)],
    door,
    log: { write: () => {} },
    bug: error => bugs.push(error),
  })
  return { dispatch, bugs }
}
const softwareNames = { ...apiVersions.request.zero, clientSoftwareName: 'test', clientSoftwareVersion: '1.0' }
const sent = (reply: Reply | Promise<Reply>) => joined(reply as readonly Uint8Array[])

describe('dispatch', () => {
  it('WIRE-12: ApiVersions lists exactly the handlers of its door, Produce from version 0 (WIRE-11)', () => {
    const handlers = [handler(produce, () => undefined), handler(alterPartition, () => undefined)]
    const listed = (door: 'broker' | 'controller') => {
      const { dispatch } = dispatchOf(handlers, door)
      const reply = sent(dispatch.handle(frame(apiVersions, 3, softwareNames), caller))
      const { correlationId, body } = decodeResponse(apiVersions, 3, reply)
      expect(correlationId).toBe(77)
      return body.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, minVersion, maxVersion])
    }
    expect(listed('broker')).toEqual([
      [0, 0, 13],
      [18, 0, 5],
    ])
    expect(listed('controller')).toEqual([
      [18, 0, 5],
      [56, 2, 3],
    ])
  })

  it('WIRE-08: too new a version of ApiVersions is answered in version 0', () => {
    const { dispatch } = dispatchOf()
    const bytes = frame(apiVersions, 3, softwareNames)
    bytes[3] = 99
    const { body } = decodeResponse(apiVersions, 0, sent(dispatch.handle(bytes, caller)))
    expect(body.errorCode).toBe(35)
    expect(body.apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 5 }])
  })

  it('WIRE-08: an API without handler, or a version outside its range, closes the connection', () => {
    const { dispatch } = dispatchOf([handler(listOffsets, () => undefined, [2, 5])])
    const { zero } = listOffsets.request
    expect(() => dispatch.handle(frame(listOffsets, 1, zero), caller)).toThrow(ConnectionMustClose)
    expect(() => dispatch.handle(frame(listOffsets, 6, zero), caller)).toThrow(ConnectionMustClose)
    expect(() => dispatch.handle(frame(produce, 3, produce.request.zero), caller)).toThrow(ConnectionMustClose)
    expect(dispatch.handle(frame(listOffsets, 2, zero), caller)).toBeUndefined()
  })

  it('WIRE-09: improper software names are refused', () => {
    const { dispatch } = dispatchOf()
    for (const clientSoftwareName of ['', '-a', 'a b', 'a-']) {
      const reply = dispatch.handle(frame(apiVersions, 3, { ...softwareNames, clientSoftwareName }), caller)
      expect(decodeResponse(apiVersions, 3, sent(reply)).body.errorCode, clientSoftwareName).toBe(42)
    }
  })

  it('WIRE-10: a client that looks for another cluster or node is sent away', () => {
    const { dispatch } = dispatchOf()
    const ask = (clusterId: string | null, nodeId: number) => {
      const reply = dispatch.handle(frame(apiVersions, 5, { ...softwareNames, clusterId, nodeId }), caller)
      return decodeResponse(apiVersions, 5, sent(reply)).body.errorCode
    }
    expect(ask(null, 9)).toBe(0)
    expect(ask('cluster-of-tests-00000', -1)).toBe(0)
    expect(ask('cluster-of-tests-00000', 1)).toBe(0)
    expect(ask('cluster-of-tests-00000', 2)).toBe(129)
    expect(ask('other', -1)).toBe(129)
  })

  it('a malformed request closes its connection and is no bug', () => {
    const { dispatch, bugs } = dispatchOf()
    expect(() => dispatch.handle(new Uint8Array([0, 18, 0, 3]), caller)).toThrow(ConnectionMustClose)
    expect(() => dispatch.handle(new Uint8Array(0), caller)).toThrow(ConnectionMustClose)
    expect(bugs).toEqual([])
  })

  it('a broken invariant closes the connection and stops the broker, another error only closes', async () => {
    const broken = dispatchOf([handler(listOffsets, () => assert(false, 'never') as undefined)])
    const bytes = frame(listOffsets, 1, listOffsets.request.zero)
    expect(() => broken.dispatch.handle(bytes, caller)).toThrow(ConnectionMustClose)
    expect(broken.bugs.length).toBe(1)
    const later = dispatchOf([handler(listOffsets, () => Promise.reject(new TypeError('no')))])
    await expect(later.dispatch.handle(bytes, caller)).rejects.toThrow(ConnectionMustClose)
    expect(later.bugs).toEqual([])
  })
})
