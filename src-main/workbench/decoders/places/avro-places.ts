import type { Type } from 'avsc'
import { DecodeError } from '../decoder.ts'
import { ByteReader } from './byte-reader.ts'
import { leaf, named, placedDepthMax } from './place-node.ts'
import type { PlaceNode } from './place-node.ts'

/** What the library keeps of its types, as far as bytes are walked by them. */
interface TypeParts {
  readonly typeName: string
  readonly branchName?: string
  readonly fields: readonly { readonly name: string; readonly type: Type }[]
  readonly itemsType: Type
  readonly valuesType: Type
  readonly types: readonly Type[]
  readonly size: number
}

/** Avro has no names in its bytes: a field is where its value is. Throws DecodeError. */
export const avroPlaces = (type: Type, bytes: Uint8Array, from = 0): PlaceNode => readNode(type, new ByteReader(bytes, from), 0)

/** One value behind another: the position in the reader moves on. */
export const nextAvroPlace = (type: Type, reader: ByteReader): PlaceNode => readNode(type, reader, 0)

const fixedSizes: Readonly<Record<string, number>> = { null: 0, boolean: 1, float: 4, double: 8 }

function readNode(type: Type, reader: ByteReader, depth: number): PlaceNode {
  if (depth > placedDepthMax) throw new DecodeError('nested too deep')
  const parts = type as unknown as TypeParts
  const from = reader.at
  const name = parts.typeName.replace(/^abstract:/, '')
  if (name === 'record' || name === 'error') {
    const members = new Map(parts.fields.map(field => [field.name, readNode(field.type, reader, depth + 1)]))
    return { ...leaf(from, reader.at), members }
  }
  if (name === 'array') return readArray(parts.itemsType, reader, depth)
  if (name === 'map') return readMap(parts.valuesType, reader, depth)
  if (name.startsWith('union')) return readUnion(parts, reader, depth)
  skipScalar(name, parts, reader)
  return leaf(from, reader.at)
}

function skipScalar(name: string, { size }: TypeParts, reader: ByteReader): void {
  if (name === 'int' || name === 'long' || name === 'enum') reader.varint()
  else if (name === 'string' || name === 'bytes') reader.skip(reader.zigzag())
  else if (name === 'fixed') reader.skip(size)
  else if (Object.hasOwn(fixedSizes, name)) reader.skip(fixedSizes[name] as number)
  else throw new DecodeError(`no bytes are known for ${name}`)
}

/** Items come in blocks; a negative count has the size of the block behind it. */
function* items(reader: ByteReader): Generator<number> {
  for (let index = 0; ; ) {
    const count = reader.zigzag()
    if (count === 0) return
    if (count < 0) reader.zigzag()
    for (let left = Math.abs(count); left > 0; left -= 1) {
      // Nothing takes no bytes: without this, a few bytes could ask for a walk without end.
      if (index > reader.bytes.length) throw new DecodeError('more items than bytes')
      yield index
      index += 1
    }
  }
}

function readArray(type: Type, reader: ByteReader, depth: number): PlaceNode {
  const from = reader.at
  const elements: PlaceNode[] = []
  for (const _ of items(reader)) elements.push(readNode(type, reader, depth + 1))
  return { ...leaf(from, reader.at), elements }
}

function readMap(type: Type, reader: ByteReader, depth: number): PlaceNode {
  const from = reader.at
  const members = new Map<string, PlaceNode>()
  for (const _ of items(reader)) {
    const keyFrom = reader.at
    const name = reader.text(reader.zigzag())
    members.set(name, named(keyFrom, readNode(type, reader, depth + 1)))
  }
  return { ...leaf(from, reader.at), members }
}

/** The number of the branch, then its value. A wrapped union shows the name of the branch around it. */
function readUnion({ types, typeName }: TypeParts, reader: ByteReader, depth: number): PlaceNode {
  const from = reader.at
  const branch = types[reader.zigzag()]
  if (branch === undefined) throw new DecodeError('no such branch')
  const value = readNode(branch, reader, depth + 1)
  const { branchName = '' } = branch as unknown as TypeParts
  if (typeName === 'union:wrapped' && branchName !== 'null')
    return { ...leaf(from, reader.at), members: new Map([[branchName, value]]) }
  return { ...value, from, valueFrom: value.valueFrom }
}
