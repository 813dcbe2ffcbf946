import { assert, bigInt, double, integer, maxSafeInteger, property, string, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  getInt16,
  getInt32,
  getInt64,
  getUint32,
  isSafeInt64,
  setInt16,
  setInt32,
  setInt64,
} from '../../../broker-core/base/bytes/big-endian.ts'
import { Reader } from '../../../broker-core/base/bytes/reader.ts'
import { putUuid, uuidFromRandom, uuidText, zeroUuid } from '../../../broker-core/base/bytes/uuid.ts'
import {
  putUnsignedVarint,
  putVarint,
  putVarlong,
  unsignedVarintSizeBytes,
  varintSizeBytes,
  varlongSizeBytes,
} from '../../../broker-core/base/bytes/varint.ts'
import { WireFormatError } from '../../../broker-core/base/bytes/wire-format-error.ts'
import { Writer } from '../../../broker-core/base/bytes/writer.ts'

const written = (write: (to: Writer) => void): Uint8Array => {
  const to = new Writer()
  write(to)
  return to.finishBytes()
}
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** What is written is what Node's own Buffer writes, and reads back. */
function holds<T>(
  values: Parameters<typeof property<[T]>>[0],
  write: (to: Writer, value: T) => void,
  read: (from: Reader) => T,
): void {
  assert(
    property(values, value => {
      const bytes = written(to => write(to, value as T))
      const from = new Reader(bytes)
      expect(read(from)).toBe(value)
      expect(from.remaining()).toBe(0)
    }),
  )
}

describe('reader and writer', () => {
  it('agree on every kind of number', () => {
    holds(
      integer({ min: -128, max: 127 }),
      (to, it) => to.int8(it),
      from => from.int8(),
    )
    holds(
      integer({ min: -32768, max: 32767 }),
      (to, it) => to.int16(it),
      from => from.int16(),
    )
    holds(
      integer({ min: 0, max: 65535 }),
      (to, it) => to.uint16(it),
      from => from.uint16(),
    )
    holds(
      integer(),
      (to, it) => to.int32(it),
      from => from.int32(),
    )
    holds(
      integer({ min: 0, max: 4294967295 }),
      (to, it) => to.uint32(it),
      from => from.uint32(),
    )
    holds(
      maxSafeInteger(),
      (to, it) => to.int64(it),
      from => from.int64(),
    )
    holds(
      bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      (to, it) => to.int64Exact(it),
      from => from.int64Exact(),
    )
    holds(
      integer({ min: 0, max: 4294967295 }),
      (to, it) => to.unsignedVarint(it),
      from => from.unsignedVarint(),
    )
    holds(
      integer(),
      (to, it) => to.varint(it),
      from => from.varint(),
    )
    holds(
      maxSafeInteger(),
      (to, it) => to.varlong(it),
      from => from.varlong(),
    )
    holds(
      double({ noNaN: true }),
      (to, it) => to.float64(it),
      from => from.float64(),
    )
  })

  it('write what Buffer writes', () => {
    const buffer = Buffer.alloc(8 + 4 + 2)
    buffer.writeBigInt64BE(-5_000_000_000n, 0)
    buffer.writeInt32BE(-7, 8)
    buffer.writeInt16BE(-9, 12)
    const bytes = written(to => {
      to.int64(-5_000_000_000)
      to.int32(-7)
      to.int16(-9)
    })
    expect(hexOf(bytes)).toBe(buffer.toString('hex'))
  })

  it('agree on text of any kind, in both forms of length', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 300 }), text => {
        const classic = new Reader(written(to => to.shortString(text)))
        expect(classic.text(classic.int16())).toBe(text)
        const compact = new Reader(written(to => to.compactString(text)))
        expect(compact.text(compact.unsignedVarint() - 1)).toBe(text)
      }),
    )
  })

  it('refuse values that their form cannot carry, and never invent any', () => {
    const refused: ((to: Writer) => void)[] = [
      to => to.int8(128),
      to => to.int16(-32769),
      to => to.uint16(-1),
      to => to.int32(2 ** 31),
      to => to.int32(1.5),
      to => to.int64(2 ** 53),
      to => to.int64Exact(2n ** 63n),
      to => to.unsignedVarint(-1),
      to => to.shortString('x'.repeat(32768)),
      to => to.shortString('ä'.repeat(20000)),
      to => to.uuid('short'),
      to => to.uuid('!'.repeat(22)),
      to => to.int32(undefined as unknown as number),
      to => to.bool(1 as unknown as boolean),
      to => to.shortString(null as unknown as string),
      to => to.raw('x' as unknown as Uint8Array),
    ]
    for (const write of refused) expect(() => written(write)).toThrow(WireFormatError)
  })

  it('large byte fields and records go out by reference, small ones are copied', () => {
    const large = new Uint8Array(10_000)
    const small = new Uint8Array(10)
    const to = new Writer()
    to.int32(1)
    to.raw(small)
    to.raw(large)
    to.reference(small)
    to.int8(2)
    const chunks = to.finish()
    expect(chunks.map(it => it.length)).toEqual([14, 10_000, 10, 1])
    expect(chunks[1]).toBe(large)
    expect(chunks[2]).toBe(small)
  })

  it('a frame begins with the number of bytes behind its size, over any number of chunks', () => {
    for (const sizeBytes of [0, 1, 5_000, 100_000]) {
      const to = new Writer()
      to.startFrame()
      for (let i = 0; i < sizeBytes; i += 50) to.raw(new Uint8Array(Math.min(50, sizeBytes - i)))
      const bytes = Buffer.concat(to.finish())
      expect(bytes.readInt32BE(0)).toBe(sizeBytes)
      expect(bytes.length).toBe(sizeBytes + 4)
    }
  })

  it('a writer that is finished and one that begins do not write into each other', () => {
    const first = new Writer()
    first.int32(0x01020304)
    const kept = first.finish()
    const second = written(to => to.int32(0x05060708))
    expect(hexOf(Buffer.concat(kept))).toBe('01020304')
    expect(hexOf(second)).toBe('05060708')
  })

  it('reading never passes the end', () => {
    const from = new Reader(new Uint8Array([1, 2, 3]), 0, 2)
    expect(from.int16()).toBe(0x0102)
    expect(() => from.int8()).toThrow('1 bytes wanted, 0 left')
    expect(() => new Reader(new Uint8Array(3)).view(-1)).toThrow(WireFormatError)
  })

  it('what is not UTF-8 becomes U+FFFD, as in Kafka', () => {
    expect(new Reader(new Uint8Array([0x61, 0xff, 0x62])).text(3)).toBe('a\ufffdb')
  })
})

describe('varints in place', () => {
  it('take as many bytes as said, and read back', () => {
    const bytes = new Uint8Array(10)
    assert(
      property(integer({ min: 0, max: 4294967295 }), value => {
        expect(putUnsignedVarint(bytes, 0, value)).toBe(unsignedVarintSizeBytes(value))
        expect(new Reader(bytes).unsignedVarint()).toBe(value)
      }),
    )
    assert(
      property(integer(), value => {
        expect(putVarint(bytes, 0, value)).toBe(varintSizeBytes(value))
        expect(new Reader(bytes).varint()).toBe(value)
      }),
    )
    assert(
      property(maxSafeInteger(), value => {
        expect(putVarlong(bytes, 0, value)).toBe(varlongSizeBytes(value))
        expect(new Reader(bytes).varlong()).toBe(value)
      }),
    )
  })

  it('zig-zag as published: 0, -1, 1, -2 are 0, 1, 2, 3', () => {
    const bytes = [0, -1, 1, -2, 63, -64, 64, -65].map(value => hexOf(written(to => to.varint(value))))
    expect(bytes).toEqual(['00', '01', '02', '03', '7e', '7f', '8001', '8101'])
  })
})

describe('numbers at a place', () => {
  it('are what a DataView reads and writes', () => {
    const bytes = new Uint8Array(12)
    const view = new DataView(bytes.buffer)
    assert(
      property(maxSafeInteger(), integer(), (long, int) => {
        setInt64(bytes, 1, long)
        expect(view.getBigInt64(1)).toBe(BigInt(long))
        expect(getInt64(bytes, 1)).toBe(long)
        expect(isSafeInt64(bytes, 1)).toBe(true)
        setInt32(bytes, 3, int)
        expect([view.getInt32(3), getInt32(bytes, 3), getUint32(bytes, 3)]).toEqual([int, int, view.getUint32(3)])
        setInt16(bytes, 5, int)
        expect([view.getInt16(5), getInt16(bytes, 5)]).toEqual([(int << 16) >> 16, (int << 16) >> 16])
      }),
    )
    view.setBigInt64(0, 2n ** 60n)
    expect(isSafeInt64(bytes, 0)).toBe(false)
  })
})

describe('uuids', () => {
  it('WIRE-05: 16 bytes as 22 characters of unpadded URL-safe base64, and back', () => {
    assert(
      property(uint8Array({ minLength: 16, maxLength: 16 }), bytes => {
        const text = uuidText(bytes, 0)
        expect(text).toBe(Buffer.from(bytes).toString('base64url'))
        const back = new Uint8Array(16)
        putUuid(back, 0, text)
        expect(back).toEqual(bytes)
      }),
    )
    expect(uuidText(new Uint8Array(16), 0)).toBe(zeroUuid)
  })

  it('random ones are of version 4 and do not begin with a dash', () => {
    assert(
      property(uint8Array({ minLength: 16, maxLength: 16 }), random => {
        const text = uuidFromRandom(random)
        expect(text.startsWith('-')).toBe(false)
        const bytes = Buffer.from(text, 'base64url')
        expect([(bytes[6] as number) >> 4, (bytes[8] as number) >> 6]).toEqual([4, 2])
      }),
    )
    expect(() => uuidFromRandom(new Uint8Array(8))).toThrow(WireFormatError)
  })
})
