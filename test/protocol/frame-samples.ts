import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Api } from '../../broker-core/protocol/api.ts'
import { encodeEmbeddedRequest, encodeEmbeddedResponse } from '../../broker-core/protocol/frames.ts'
import { allApis, apisByKey } from '../../broker-core/protocol/registry.ts'

export interface FrameSample {
  readonly api: Api
  readonly version: number
  readonly side: 'request' | 'response'
  /** A frame's content, without its size. */
  readonly frame: Uint8Array
}

const folder = join(import.meta.dirname, '../fixtures/golden')

/** Recorded frames of real clients and brokers, a few per API. */
export function recordedFrames(): readonly FrameSample[] {
  const files = readdirSync(folder).filter(name => name.endsWith('.jsonl'))
  return files.flatMap(name => {
    const api = apisByKey.get(Number(name.slice(0, 2))) as Api
    const lines = readFileSync(join(folder, name), 'utf8').trim().split('\n')
    return lines.flatMap(line => {
      const { version, request, response } = JSON.parse(line) as { version: number; request: string; response: string }
      const sides = [
        { api, version, side: 'request' as const, frame: bytesOf(request) },
        { api, version, side: 'response' as const, frame: bytesOf(response) },
      ]
      return sides.filter(it => it.frame.length > 0)
    })
  })
}

/** The shortest frame of every API in every version, both sides: all defaults. */
export function emptyFrames(): readonly FrameSample[] {
  const samples: FrameSample[] = []
  for (const api of allApis) {
    for (let version = api.versions[0]; version <= api.versions[1]; version++) {
      const caller = { correlationId: 7, clientId: 'c' }
      samples.push({ api, version, side: 'request', frame: encodeEmbeddedRequest(api, version, caller, api.request.zero) })
      samples.push({ api, version, side: 'response', frame: encodeEmbeddedResponse(api, version, 7, api.response.zero) })
    }
  }
  return samples
}

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
