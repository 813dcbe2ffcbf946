import { array as arrayOf, assert, nat, property, record, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Reader } from '../../broker-core/base/bytes/reader.ts'
import { WireFormatError } from '../../broker-core/base/bytes/wire-format-error.ts'
import { decodeRequest, decodeResponse } from '../../broker-core/protocol/frames.ts'
import { apisByKey } from '../../broker-core/protocol/registry.ts'
import { array } from '../../broker-core/protocol/schema/array.ts'
import { bytes, int64, nullableString, string, uuid } from '../../broker-core/protocol/schema/primitives.ts'
import { field, struct } from '../../broker-core/protocol/schema/struct.ts'
import { emptyFrames, type FrameSample, recordedFrames } from './frame-samples.ts'

/** Decodes, or refuses with WireFormatError; anything else is a bug and is thrown. */
function decodesOrRefuses({ api, version, side }: FrameSample, frame: Uint8Array): boolean {
  try {
    if (side === 'request') decodeRequest(frame, apisByKey)
    else decodeResponse(api, version, frame)
    return true
  } catch (error) {
    if (error instanceof WireFormatError) return false
    throw error
  }
}

const hostileNumbers: readonly Uint8Array[] = [
  [0x7f, 0xff, 0xff, 0xff],
  [0x80, 0x00, 0x00, 0x00],
  [0xff, 0xff, 0xff, 0xfe],
  [0x7f, 0xff],
  [0x80, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
].map(it => Uint8Array.from(it))

describe('hostile frames', () => {
  it('WIRE-04: every frame cut off at every place is decoded as far as its layout allows, or refused', () => {
    let cuts = 0
    for (const sample of [...emptyFrames(), ...recordedFrames().filter(it => it.frame.length < 2_000)]) {
      for (let length = 0; length < sample.frame.length; length++, cuts++) {
        decodesOrRefuses(sample, sample.frame.subarray(0, length))
      }
    }
    expect(cuts).toBeGreaterThan(10_000)
  })

  it('lengths and counts that are negative, huge or beyond the frame are refused before memory is taken', () => {
    const before = process.memoryUsage().heapUsed
    let tried = 0
    for (const sample of [...emptyFrames(), ...recordedFrames().filter(it => it.frame.length < 600)]) {
      for (let at = 8; at < sample.frame.length; at++) {
        for (const number of hostileNumbers) {
          const frame = new Uint8Array(Math.max(sample.frame.length, at + number.length))
          frame.set(sample.frame)
          frame.set(number, at)
          decodesOrRefuses(sample, frame)
          tried++
        }
      }
    }
    expect(tried).toBeGreaterThan(100_000)
    // A single believed count of 2^31 elements would take gigabytes.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * 1024 * 1024)
  })

  it('a count of elements that cannot fit into what is left is refused at once, classic and compact', () => {
    const codec = array(struct({ id: uuid, name: string }))
    const classic = Uint8Array.from([0x7f, 0xff, 0xff, 0xff, ...new Uint8Array(40)])
    expect(() => codec.layout({ version: 0, flexible: false }).read(new Reader(classic))).toThrow('elements claimed')
    const compact = Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x07, ...new Uint8Array(40)])
    expect(() => codec.layout({ version: 0, flexible: true }).read(new Reader(compact))).toThrow('elements claimed')
  })

  it('a frame of many empty elements does not grow without bound', () => {
    const layout = array(struct({})).layout({ version: 0, flexible: false })
    const frameOf = (count: number): Uint8Array => {
      const frame = new Uint8Array(4 + count)
      new DataView(frame.buffer).setInt32(0, count)
      return frame
    }
    expect(layout.read(new Reader(frameOf(1000)))).toHaveLength(1000)
    expect(() => layout.read(new Reader(frameOf(5_000_000)))).toThrow('more than 4000000 elements')
  })

  it('negative lengths other than -1 and null where none is allowed are refused', () => {
    const classic = { version: 0, flexible: false }
    const read = (codec: typeof string | typeof bytes | typeof nullableString, ...octets: number[]) =>
      codec.layout(classic).read(new Reader(Uint8Array.from(octets)))
    expect(() => read(string, 0xff, 0xff)).toThrow('null where it is not allowed')
    expect(() => read(nullableString, 0xff, 0xfe)).toThrow('length -2')
    expect(read(nullableString, 0xff, 0xff)).toBeNull()
    expect(() => read(bytes, 0xff, 0xff, 0xff, 0xfe)).toThrow('length -2')
    expect(() => read(bytes, 0x7f, 0xff, 0xff, 0xff)).toThrow('bytes wanted')
  })

  it('WIRE-04: tags out of order, repeated, too long or too short are refused; unknown ones are kept', () => {
    const codec = struct({ known: field(int64, { tag: 1 }) }).layout({ version: 0, flexible: true })
    const read = (...octets: number[]) => codec.read(new Reader(Uint8Array.from(octets)))
    const value = [0, 0, 0, 0, 0, 0, 0, 5]
    expect(read(1, 1, 8, ...value).known).toBe(5)
    expect(read(2, 0, 1, 9, 1, 8, ...value).known).toBe(5)
    expect(() => read(2, 1, 8, ...value, 1, 8, ...value)).toThrow('tag 1 after 1')
    expect(() => read(2, 5, 0, 1, 8, ...value)).toThrow('tag 1 after 5')
    expect(() => read(1, 1, 9, ...value, 0)).toThrow('tagged field of 9 bytes')
    expect(() => read(1, 1, 72)).toThrow('tagged field of 72 bytes')
    expect(() => read(0xff, 0xff, 0xff, 0xff, 0x0f)).toThrow('elements claimed')
  })

  it('varints of more than 32 bits and int64 beyond 2^53 are refused, not rounded', () => {
    expect(() => new Reader(Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x1f])).unsignedVarint()).toThrow('beyond 32 bits')
    expect(() => new Reader(Uint8Array.from([0x00, 0x20, 0, 0, 0, 0, 0, 0])).int64()).toThrow('beyond 2^53')
    expect(() => new Reader(Uint8Array.from([0x80, 0, 0, 0, 0, 0, 0, 0])).int64()).toThrow('beyond 2^53')
    expect(new Reader(Uint8Array.from([0x00, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])).int64()).toBe(Number.MAX_SAFE_INTEGER)
  })
})

/** Stated, so that the figure in reports is the one that ran. */
const fuzzedRecorded = 50_000
const fuzzedRandom = 20_000

describe('fuzzing', () => {
  it(`${fuzzedRecorded} recorded frames with some bytes changed decode or are refused`, () => {
    const samples = recordedFrames().filter(it => it.frame.length < 4_000)
    const change = record({ at: nat(), to: nat({ max: 255 }) })
    const holds = property(nat(), arrayOf(change, { minLength: 1, maxLength: 6 }), (which, changes) => {
      const sample = samples[which % samples.length] as FrameSample
      const frame = sample.frame.slice()
      // The header of a request names the message: changes there are the business of other tests.
      for (const { at, to } of changes) frame[4 + (at % Math.max(1, frame.length - 4))] = to
      decodesOrRefuses(sample, frame)
    })
    assert(holds, { numRuns: fuzzedRecorded })
  })

  it(`${fuzzedRandom} frames of chance behind an honest api key and version decode or are refused`, () => {
    const samples = emptyFrames()
    const holds = property(nat(), uint8Array({ maxLength: 200 }), (which, body) => {
      const sample = samples[which % samples.length] as FrameSample
      const frame = new Uint8Array(4 + body.length)
      frame.set(sample.frame.subarray(0, 4))
      frame.set(body, 4)
      decodesOrRefuses(sample, frame)
    })
    assert(holds, { numRuns: fuzzedRandom })
  })
})
