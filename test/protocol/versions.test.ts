import { describe, expect, it } from 'vitest'
import { WireFormatError } from '../../broker-core/base/bytes/wire-format-error.ts'
import { type Api, hasVersion } from '../../broker-core/protocol/api.ts'
import {
  decodeRequest,
  decodeResponse,
  encodeEmbeddedRequest,
  encodeEmbeddedResponse,
} from '../../broker-core/protocol/frames.ts'
import { allApis, apisByKey } from '../../broker-core/protocol/registry.ts'
import { emptyFrames, type FrameSample, recordedFrames } from './frame-samples.ts'

const caller = { correlationId: 9, clientId: 'versions' }

function bodyOf({ api, version, side, frame }: FrameSample): unknown {
  if (side === 'response') return decodeResponse(api, version, frame).body
  const decoded = decodeRequest(frame, apisByKey)
  return decoded.kind === 'request' ? decoded.body : undefined
}

const encoded = (api: Api, version: number, side: FrameSample['side'], body: unknown): Uint8Array =>
  side === 'request' ? encodeEmbeddedRequest(api, version, caller, body) : encodeEmbeddedResponse(api, version, 9, body)

/** Undefined: the version cannot say it, and says so. */
function attempt(encode: () => Uint8Array): Uint8Array | undefined {
  try {
    return encode()
  } catch (error) {
    if (error instanceof WireFormatError) return undefined
    throw error
  }
}

/** What a version carries of a body survives: reading and writing again changes nothing any more. */
function checkAllVersions(sample: FrameSample): number {
  const { api, side } = sample
  const body = bodyOf(sample)
  let carried = 0
  for (let version = api.versions[0]; version <= api.versions[1]; version++) {
    const once = attempt(() => encoded(api, version, side, body))
    if (once === undefined) continue
    carried++
    const again = bodyOf({ api, version, side, frame: once })
    expect(Buffer.compare(encoded(api, version, side, again), once), `${api.name} ${side} v${version}`).toBe(0)
  }
  return carried
}

describe('bodies in all versions', () => {
  it('recorded bodies are carried whole or refused by every other version of their API', () => {
    const samples = recordedFrames()
    const carried = samples.reduce((sum, sample) => sum + checkAllVersions(sample), 0)
    // Each is carried by its own version at least, and most by others.
    expect(carried).toBeGreaterThan(samples.length * 2)
  })

  it('every API carries its defaults in all its versions', () => {
    const versions = allApis.reduce((sum, api) => sum + api.versions[1] - api.versions[0] + 1, 0)
    const frames = emptyFrames()
    expect(frames).toHaveLength(versions * 2)
    for (const { api, version, side, frame } of frames) {
      const again = encoded(api, version, side, bodyOf({ api, version, side, frame }))
      const start = side === 'request' ? headerBytes(frame) : 0
      const startAgain = side === 'request' ? headerBytes(again) : 0
      const same = side === 'response' ? again.subarray(4) : again.subarray(startAgain)
      expect(
        Buffer.compare(same, side === 'response' ? frame.subarray(4) : frame.subarray(start)),
        `${api.name} v${version}`,
      ).toBe(0)
    }
  })

  it('versions outside the range are refused on both sides', () => {
    for (const api of allApis) {
      for (const version of [api.versions[0] - 1, api.versions[1] + 1]) {
        expect(hasVersion(api, version)).toBe(false)
        expect(() => encodeEmbeddedRequest(api, version, caller, api.request.zero)).toThrow(`no version ${version}`)
        expect(() => encodeEmbeddedResponse(api, version, 1, api.response.zero)).toThrow(`no version ${version}`)
      }
    }
  })
})

/** Fixed fields, the client id, and for flexible versions an empty tagged section. */
function headerBytes(frame: Uint8Array): number {
  return 8 + 2 + ((frame[8] as number) << 8) + (frame[9] as number)
}
