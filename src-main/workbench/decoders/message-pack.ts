import { ExtData, decode } from '@msgpack/msgpack'
import { messagePackPlaces } from './places/message-pack-places.ts'
import { structuredDecoder } from './structured.ts'
import { valueText } from './value-text.ts'

/**
 * In front of every key while maps are objects: the library refuses a key `__proto__`, and an object would put keys that look like numbers
 * first.
 */
const keyMark = '='
const keyText = new TextDecoder('utf-8', { ignoreBOM: true })

const read = (bytes: Uint8Array): unknown =>
  decode(bytes, {
    useBigInt64: true,
    keyDecoder: {
      canBeCached: () => true,
      decode: (all, from, length) => keyMark + keyText.decode(all.subarray(from, from + length)),
    },
    mapKeyConverter: key => (typeof key === 'string' ? key : keyMark + valueText(key)),
  })

const namesOf = (map: object): string[] => Object.keys(map).map(key => key.slice(keyMark.length))

export const messagePack = structuredDecoder({
  name: 'msgpack',
  recognise(bytes) {
    const first = bytes[0] as number
    const isMap = (first >= 0x81 && first <= 0x8f) || first === 0xde || first === 0xdf
    const isArray = (first >= 0x91 && first <= 0x9f) || first === 0xdc || first === 0xdd
    if ((!isMap && !isArray) || bytes.length < 3) return undefined
    // Throws unless every byte is used.
    const value = read(bytes)
    if (isArray) return 'MessagePack array that ends with the value'
    const names = namesOf(value as object)
    return names.every(name => /^[\p{L}\p{N}_.$@: /-]{1,100}$/u.test(name))
      ? `MessagePack map with ${names.length} fields`
      : undefined
  },
  read: bytes => valueText(plain(read(bytes))),
  places: messagePackPlaces,
})

/** Extensions that nobody registered are shown by their type and bytes. */
function plain(value: unknown): unknown {
  if (value instanceof ExtData) return { $extension: value.type, data: value.data }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Date) return value
  return new Map(Object.entries(value).map(([key, field]) => [key.slice(keyMark.length), plain(field)]))
}
