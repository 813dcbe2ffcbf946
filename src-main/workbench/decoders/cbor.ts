import { decode } from 'cborg'
import { cborPlaces } from './places/cbor-places.ts'
import { structuredDecoder } from './structured.ts'
import { valueText } from './value-text.ts'

/** Tags 2 and 3 are integers of any size; every other one is shown beside its content, without judging it. */
const tags = new Proxy<Record<number, (content: () => unknown) => unknown>>(
  {},
  {
    get: (_target, name) => (content: () => unknown) => tagged(Number(name), content()),
  },
)

function tagged(tag: number, content: unknown): unknown {
  if ((tag === 2 || tag === 3) && content instanceof Uint8Array) {
    const size = content.length === 0 ? 0n : BigInt(`0x${Buffer.from(content).toString('hex')}`)
    return tag === 2 ? size : -1n - size
  }
  if (tag === 0 || tag === 55_799) return content
  if (tag === 1 && typeof content === 'number') return new Date(content * 1_000)
  return { $tag: tag, value: content }
}

const read = (bytes: Uint8Array): unknown =>
  decode(bytes, {
    allowIndefinite: true,
    allowUndefined: true,
    allowInfinity: true,
    allowNaN: true,
    allowBigInt: true,
    useMaps: true,
    tags,
  })

export const cbor = structuredDecoder({
  name: 'cbor',
  recognise(bytes) {
    const first = bytes[0] as number
    if (first === 0xd9 && bytes[1] === 0xd9 && bytes[2] === 0xf7)
      return read(bytes) === undefined ? undefined : 'CBOR by its own tag 55799'
    const isMap = first >= 0xa1 && first <= 0xbf
    if (!isMap || bytes.length < 3) return undefined
    const names = [...(read(bytes) as Map<unknown, unknown>).keys()]
    return names.every(name => typeof name === 'string' || typeof name === 'number')
      ? `CBOR map with ${names.length} fields`
      : undefined
  },
  read: bytes => valueText(read(bytes)),
  places: cborPlaces,
})
