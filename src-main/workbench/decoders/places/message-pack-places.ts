import { DecodeError } from '../decoder.ts'
import { ByteReader } from './byte-reader.ts'
import { leaf, named, placedDepthMax } from './place-node.ts'
import type { PlaceNode } from './place-node.ts'

/** Throws DecodeError. */
export const messagePackPlaces = (bytes: Uint8Array): PlaceNode => readNode(new ByteReader(bytes), 0)

function readNode(reader: ByteReader, depth: number): PlaceNode {
  if (depth > placedDepthMax) throw new DecodeError('nested too deep')
  const from = reader.at
  const first = reader.uint(1)
  if (first >= 0x80 && first <= 0x8f) return readMap(reader, { from, count: first & 0x0f, depth })
  if (first >= 0x90 && first <= 0x9f) return readArray(reader, { from, count: first & 0x0f, depth })
  if (first === 0xdc || first === 0xdd) return readArray(reader, { from, count: reader.uint(first === 0xdc ? 2 : 4), depth })
  if (first === 0xde || first === 0xdf) return readMap(reader, { from, count: reader.uint(first === 0xde ? 2 : 4), depth })
  reader.skip(scalarBytes(reader, first))
  return leaf(from, reader.at)
}

interface Container {
  readonly from: number
  readonly count: number
  readonly depth: number
}

function readMap(reader: ByteReader, { from, count, depth }: Container): PlaceNode {
  const members = new Map<string, PlaceNode>()
  for (let index = 0; index < count; index += 1) {
    const keyFrom = reader.at
    const name = readName(reader, depth)
    const value = named(keyFrom, readNode(reader, depth + 1))
    if (name !== undefined) members.set(name, value)
  }
  return { ...leaf(from, reader.at), members }
}

function readArray(reader: ByteReader, { from, count, depth }: Container): PlaceNode {
  const elements: PlaceNode[] = []
  for (let index = 0; index < count; index += 1) elements.push(readNode(reader, depth + 1))
  return { ...leaf(from, reader.at), elements }
}

/** Texts and small numbers; another key is passed over. */
function readName(reader: ByteReader, depth: number): string | undefined {
  const from = reader.at
  const first = reader.uint(1)
  if (first < 0x80) return String(first)
  if ((first >= 0xa0 && first <= 0xbf) || (first >= 0xd9 && first <= 0xdb)) return reader.text(scalarBytes(reader, first))
  reader.at = from
  readNode(reader, depth + 1)
  return undefined
}

/** How much follows the first byte, and the length behind it, of what holds nothing else. */
function scalarBytes(reader: ByteReader, first: number): number {
  if (first < 0x80 || first >= 0xe0 || (first >= 0xc0 && first <= 0xc3)) return 0
  if (first >= 0xa0 && first <= 0xbf) return first & 0x1f
  const sized = [0xc4, 0xc5, 0xc6].indexOf(first)
  if (sized >= 0) return reader.uint(lengthSizes[sized] as 1 | 2 | 4)
  const extension = [0xc7, 0xc8, 0xc9].indexOf(first)
  if (extension >= 0) return reader.uint(lengthSizes[extension] as 1 | 2 | 4) + 1
  if (first === 0xca) return 4
  if (first === 0xcb) return 8
  if (first >= 0xcc && first <= 0xd3) return 1 << (first & 0x03)
  if (first >= 0xd4 && first <= 0xd8) return (1 << (first - 0xd4)) + 1
  return reader.uint(lengthSizes[first - 0xd9] as 1 | 2 | 4)
}

const lengthSizes = [1, 2, 4] as const
