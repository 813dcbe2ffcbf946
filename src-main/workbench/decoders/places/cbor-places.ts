import { DecodeError } from '../decoder.ts'
import { ByteReader } from './byte-reader.ts'
import { leaf, named, placedDepthMax } from './place-node.ts'
import type { PlaceNode } from './place-node.ts'

/** Throws DecodeError. */
export const cborPlaces = (bytes: Uint8Array): PlaceNode => readNode(new ByteReader(bytes), 0)

interface Head {
  readonly from: number
  readonly major: number
  /** Undefined: until the break. */
  readonly count: number | undefined
  readonly depth: number
}

const [unsignedMajor, bytesMajor, textMajor, arrayMajor, mapMajor, tagMajor] = [0, 2, 3, 4, 5, 6]
const breakByte = 0xff

function readHead(reader: ByteReader, depth: number): Head {
  if (depth > placedDepthMax) throw new DecodeError('nested too deep')
  const from = reader.at
  const first = reader.uint(1)
  const [major, info] = [first >> 5, first & 0x1f]
  const sizes = [1, 2, 4, 8] as const
  const size = info >= 24 && info <= 27 ? sizes[info - 24] : undefined
  if (info >= 28 && info <= 30) throw new DecodeError('no such length')
  return { from, major, count: size !== undefined ? reader.uint(size) : info === 31 ? undefined : info, depth }
}

const readNode = (reader: ByteReader, depth: number): PlaceNode => readBody(reader, readHead(reader, depth))

function readBody(reader: ByteReader, head: Head): PlaceNode {
  const { from, major, count, depth } = head
  if (major === mapMajor) return readMap(reader, head)
  if (major === arrayMajor) return readArray(reader, head)
  if (major === tagMajor) return tagged(from, count ?? 0, readNode(reader, depth + 1))
  if ((major === bytesMajor || major === textMajor) && count === undefined) skipPieces(reader, depth)
  else if (major === bytesMajor || major === textMajor) reader.skip(count ?? 0)
  return leaf(from, reader.at)
}

/** As the decoder shows tags: some are only the form of their content, others stand beside it. */
function tagged(from: number, tag: number, content: PlaceNode): PlaceNode {
  const whole = { from, valueFrom: from, to: content.to }
  if ([0, 1, 2, 3, 55_799].includes(tag)) return { ...content, ...whole }
  return { ...whole, members: new Map([['value', content]]) }
}

/** Undefined: until the break. */
function* untilEnd(reader: ByteReader, count: number | undefined): Generator<number> {
  const end = count ?? Number.POSITIVE_INFINITY
  for (let index = 0; index < end; index += 1) {
    if (count === undefined && reader.bytes[reader.at] === breakByte) return reader.skip(1)
    yield index
  }
  return undefined
}

function readMap(reader: ByteReader, { from, count, depth }: Head): PlaceNode {
  const members = new Map<string, PlaceNode>()
  for (const _ of untilEnd(reader, count)) {
    const keyFrom = reader.at
    const name = readName(reader, depth + 1)
    const value = named(keyFrom, readNode(reader, depth + 1))
    if (name !== undefined) members.set(name, value)
  }
  return { ...leaf(from, reader.at), members }
}

function readArray(reader: ByteReader, { from, count, depth }: Head): PlaceNode {
  const elements: PlaceNode[] = []
  for (const _ of untilEnd(reader, count)) elements.push(readNode(reader, depth + 1))
  return { ...leaf(from, reader.at), elements }
}

function skipPieces(reader: ByteReader, depth: number): void {
  for (const _ of untilEnd(reader, undefined)) readNode(reader, depth + 1)
}

/** Texts and numbers; another key is passed over. */
function readName(reader: ByteReader, depth: number): string | undefined {
  const head = readHead(reader, depth)
  if (head.major === textMajor && head.count !== undefined) return reader.text(head.count)
  if (head.major === unsignedMajor && head.count !== undefined) return String(head.count)
  if (head.major === 1 && head.count !== undefined) return String(-1 - head.count)
  readBody(reader, head)
  return undefined
}
