import { protobufPlaces } from './places/protobuf-places.ts'
import { readMessage } from './protobuf-wire.ts'
import { structuredDecoder } from './structured.ts'
import { valueText } from './value-text.ts'

/** Protobuf without its schema: field numbers with what their bytes most likely are. */
export const protobufTree = structuredDecoder({
  name: 'protobuf',
  recognise(bytes) {
    // Almost any few bytes are a message to somebody: only what has several small field numbers, or a text, is taken for one.
    if (bytes.length < 4 || (bytes[0] as number) >> 3 > 15) return undefined
    const message = readMessage(bytes, 0)
    const numbers = [...message.keys()].map(Number)
    const hasText = [...message.values()].some(value => typeof value === 'string' && value.length >= 3)
    const isPlain = numbers.every(number => number <= 200) && numbers.length > 0
    return isPlain && hasText ? `reads as Protobuf with fields ${numbers.slice(0, 5).join(', ')}; no schema` : undefined
  },
  read: bytes => valueText(readMessage(bytes, 0)),
  places: bytes => protobufPlaces(bytes),
})
