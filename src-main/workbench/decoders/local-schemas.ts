import type { Type as AvroType } from 'avsc'
import type { Root, Type as MessageType } from 'protobufjs'
import type { LocalSchema, SchemaFolderView } from '../../contract/views/app.ts'
import { avroType, readAvro } from './avro.ts'
import { writeAvro } from './avro-write.ts'
import { avroFingerprint, singleObjectFingerprint } from './avro-fingerprint.ts'
import { DecodeError } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { json } from './json.ts'
import { avroPlaces } from './places/avro-places.ts'
import type { PlaceNode } from './places/place-node.ts'
import { protobufPlaces } from './places/protobuf-places.ts'
import { messagesIn, protobufRootOf, readProtobuf } from './protobuf-typed.ts'
import { writeProtobuf } from './protobuf-write.ts'
import { framedSchemaId } from './schemas.ts'
import { structuredDecoder } from './structured.ts'

/** Schemas of a folder, as decoders. What they hold changes when the folder does. */
export interface LocalSchemas {
  /** By the name that a person chose. */
  named(name: string): Decoder | undefined
  /** By the name of its file, which is that of the topic. */
  ofTopic(topic: string, part: 'key' | 'value'): Decoder | undefined
  /** Makes bytes of JSON; undefined where there is no such schema. */
  encoder(name: string): ((text: string) => Uint8Array) | undefined
  /** By the fingerprint in front of the bytes. */
  ofFingerprint(bytes: Uint8Array): Decoder | undefined
}

/** A file of the folder: its path in it, with `/`, and its text. */
export interface SchemaFile {
  readonly path: string
  readonly text: string
}

export interface ReadSchemas extends LocalSchemas {
  readonly schemas: readonly LocalSchema[]
  readonly problems: SchemaFolderView['problems']
}

/** Names beyond this are left out, and said so. */
const schemasMax = 5_000
const framingBytes = 5
const fingerprintBytes = 10

interface Found extends LocalSchema {
  readonly decoder: Decoder
  readonly fingerprint?: bigint
  readonly encode?: (text: string) => Uint8Array
}

export const noSchemas: ReadSchemas = {
  schemas: [],
  problems: [],
  named: () => undefined,
  ofTopic: () => undefined,
  encoder: () => undefined,
  ofFingerprint: () => undefined,
}

/** Understands all files together, because they may name each other; a file that cannot be understood does not stop the others. */
export function readSchemas(files: readonly SchemaFile[]): ReadSchemas {
  const problems: { file: string; message: string }[] = []
  const told = (file: string, error: unknown) => problems.push({ file, message: (error as Error).message })
  const ending = (suffix: string) => files.filter(({ path }) => path.toLowerCase().endsWith(suffix))
  const others = ending('.json').map(file => ({ file, value: parsedJson(file, told) }))
  const avroFiles = [
    ...ending('.avsc').map(file => ({ file, value: parsedJson(file, told) })),
    ...others.filter(({ value }) => isAvro(value)),
  ]
  const all = [
    ...avroSchemas(avroFiles, told),
    ...protobufSchemas(ending('.proto'), told),
    ...others.filter(({ value }) => value !== undefined && !isAvro(value)).map(({ file }) => jsonSchema(file)),
  ]
  if (all.length > schemasMax)
    problems.push({ file: '', message: `only the first ${schemasMax} of ${all.length} schemas are used` })
  return lookUps(all.slice(0, schemasMax), problems)
}

function lookUps(found: readonly Found[], problems: SchemaFolderView['problems']): ReadSchemas {
  const byName = new Map(found.map(it => [it.name, it.decoder]))
  const encoders = new Map(found.flatMap(it => (it.encode === undefined ? [] : [[it.name, it.encode] as const])))
  const byTopic = new Map(
    found.flatMap(it => (it.topic === null ? [] : [[`${it.part ?? 'value'} ${it.topic}`, it.decoder] as const])),
  )
  const byFingerprint = new Map(
    found.flatMap(it => (it.fingerprint === undefined ? [] : [[it.fingerprint, it.decoder] as const])),
  )
  return {
    schemas: found.map(({ name, type, file, topic, part }) => ({ name, type, file, topic, part })),
    problems,
    named: name => byName.get(name),
    encoder: name => encoders.get(name),
    ofTopic: (topic, part) => byTopic.get(`${part} ${topic}`),
    ofFingerprint(bytes) {
      const fingerprint = byFingerprint.size === 0 ? undefined : singleObjectFingerprint(bytes)
      return fingerprint === undefined ? undefined : byFingerprint.get(fingerprint)
    },
  }
}

type Told = (file: string, error: unknown) => void

function parsedJson({ path, text }: SchemaFile, told: Told): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    told(path, error)
    return undefined
  }
}

const isAvro = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'type' in value &&
  ['record', 'enum', 'fixed'].includes(String(value.type))

/** `orders-value.avsc` is for the values of the topic `orders`. */
function placeOf(path: string): { readonly base: string; readonly topic: string; readonly part: 'key' | 'value' } {
  const base = (path.split('/').at(-1) ?? path).replace(/\.[^.]*$/, '')
  const match = /^(.+)-(key|value)$/.exec(base)
  return { base, topic: match?.[1] ?? base, part: match?.[2] === 'key' ? 'key' : 'value' }
}

function avroSchemas(files: readonly { file: SchemaFile; value: unknown }[], told: Told): Found[] {
  const registry: Record<string, AvroType> = {}
  const found: Found[] = []
  let waiting = files.filter(({ value }) => value !== undefined)
  // Those that name types of other files go again when these are there.
  for (;;) {
    const failed: { readonly entry: (typeof waiting)[number]; readonly error: unknown }[] = []
    for (const entry of waiting) {
      const known = { ...registry }
      try {
        const type = avroType(entry.value, known)
        Object.assign(registry, known)
        found.push(avroSchema(entry.file.path, type))
      } catch (error) {
        failed.push({ entry, error })
      }
    }
    if (failed.length === waiting.length || failed.length === 0) {
      for (const { entry, error } of failed) told(entry.file.path, error)
      return found
    }
    waiting = failed.map(({ entry }) => entry)
  }
}

function avroSchema(path: string, type: AvroType): Found {
  const { base, topic, part } = placeOf(path)
  const decoder = localDecoder(path, {
    name: 'avro',
    read: bytes => readAvro(type, bytes),
    places: (bytes, from) => avroPlaces(type, bytes, from),
  })
  const encode = (text: string) => writeAvro(type, text)
  const fingerprint = avroFingerprint(JSON.stringify(type.schema()))
  return { name: type.name ?? base, type: 'AVRO', file: path, topic, part, decoder, fingerprint, encode }
}

function protobufSchemas(files: readonly SchemaFile[], told: Told): Found[] {
  const named = files.flatMap(file => {
    try {
      return [{ file, names: messagesIn(protobufRootOf([file.text], false)) }]
    } catch (error) {
      told(file.path, error)
      return []
    }
  })
  const together = attempt(() =>
    protobufRootOf(
      named.map(({ file }) => file.text),
      true,
    ),
  )
  return named.flatMap(({ file, names }) => {
    try {
      const root = together ?? protobufRootOf([file.text], true)
      return names.map((name, index) => messageSchema(file.path, root.lookupType(name), { name, isFirst: index === 0 }))
    } catch (error) {
      told(file.path, error)
      return []
    }
  })
}

function attempt(make: () => Root): Root | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}

function messageSchema(path: string, type: MessageType, about: { readonly name: string; readonly isFirst: boolean }): Found {
  const { topic, part } = placeOf(path)
  const decoder = localDecoder(path, {
    name: 'protobuf',
    read: bytes => readProtobuf(type, bytes),
    places: (bytes, from) => protobufPlaces(bytes, type, from),
  })
  return {
    name: about.name,
    type: 'PROTOBUF',
    file: path,
    topic: about.isFirst ? topic : null,
    part: about.isFirst ? part : null,
    decoder,
    encode: text => writeProtobuf(type, text),
  }
}

function jsonSchema({ path }: SchemaFile): Found {
  const { base, topic, part } = placeOf(path)
  const decoder: Decoder = {
    ...json,
    recognise(bytes, isWhole) {
      const reason = json.recognise(bytes, isWhole)
      return reason === undefined ? undefined : `${reason}; ${path} describes it`
    },
  }
  return { name: base, type: 'JSON', file: path, topic, part, decoder, encode: text => new TextEncoder().encode(text) }
}

interface BareFormat {
  readonly name: 'avro' | 'protobuf'
  readonly read: (bytes: Uint8Array) => string
  readonly places: (bytes: Uint8Array, from: number) => PlaceNode
}

/** Bytes of the schema, bare, or behind the framing of a registry that is not asked. */
function localDecoder(path: string, { name, read: readBare, places }: BareFormat): Decoder {
  const read = (bytes: Uint8Array): { readonly text: string; readonly how: string; readonly from: number } => {
    const fingerprint = singleObjectFingerprint(bytes)
    const inner = fingerprint === undefined ? undefined : tried(() => readBare(bytes.subarray(fingerprintBytes)))
    if (inner !== undefined) return { text: inner, how: ' behind its fingerprint', from: fingerprintBytes }
    const bare = tried(() => readBare(bytes))
    if (bare !== undefined) return { text: bare, how: '', from: 0 }
    if (framedSchemaId(bytes) === undefined) throw new DecodeError(`not of the schema in ${path}`)
    return { text: readBare(bytes.subarray(framingBytes)), how: ' behind 5 bytes of framing', from: framingBytes }
  }
  return structuredDecoder({
    name,
    recognise: bytes => `${name === 'avro' ? 'Avro' : 'Protobuf'} by ${path}${read(bytes).how}`,
    read: bytes => read(bytes).text,
    places: bytes => places(bytes, read(bytes).from),
  })
}

function tried(read: () => string): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
