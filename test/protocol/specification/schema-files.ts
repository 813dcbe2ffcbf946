import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Kafka's message schemas: JSON with line comments, as published with its sources. Not part of the project. */
export const specificationFolder = join(import.meta.dirname, '../../../../shared/kafka-spec')
export const hasSpecification = existsSync(join(specificationFolder, 'clients'))

/** Both ends inclusive. */
export type Range = readonly [min: number, max: number]

export interface SpecField {
  readonly name: string
  readonly type: string
  readonly versions: Range | undefined
  readonly nullableVersions: Range | undefined
  readonly taggedVersions: Range | undefined
  readonly tag: number | undefined
  readonly ignorable: boolean
  readonly default: string | undefined
  readonly fields: readonly SpecField[] | undefined
}

export interface SpecMessage {
  readonly name: string
  readonly apiKey: number | undefined
  readonly type: string
  readonly validVersions: Range | undefined
  readonly flexibleVersions: Range | undefined
  readonly listeners: readonly string[]
  readonly latestVersionUnstable: boolean
  readonly fields: readonly SpecField[]
  readonly structs: ReadonlyMap<string, readonly SpecField[]>
}

export function readMessage(path: string): SpecMessage {
  const json = JSON.parse(withoutComments(readFileSync(join(specificationFolder, path), 'utf8')))
  const commonStructs = (json.commonStructs ?? []) as { name: string; fields: RawField[] }[]
  return {
    name: json.name,
    apiKey: json.apiKey,
    type: json.type,
    validVersions: rangeOf(json.validVersions),
    flexibleVersions: rangeOf(json.flexibleVersions),
    listeners: json.listeners ?? [],
    latestVersionUnstable: json.latestVersionUnstable ?? false,
    fields: (json.fields ?? []).map(fieldOf),
    structs: new Map(commonStructs.map(it => [it.name, it.fields.map(fieldOf)])),
  }
}

export function messageFiles(folder: string): readonly string[] {
  return readdirSync(join(specificationFolder, folder))
    .filter(name => name.endsWith('.json'))
    .map(name => `${folder}/${name}`)
}

interface RawField {
  readonly name: string
  readonly type: string
  readonly versions?: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly tag?: number
  readonly ignorable?: boolean | string
  readonly default?: unknown
  readonly fields?: readonly RawField[]
}

function fieldOf(raw: RawField): SpecField {
  return {
    name: raw.name.charAt(0).toLowerCase() + raw.name.slice(1),
    type: raw.type,
    versions: rangeOf(raw.versions ?? raw.taggedVersions),
    nullableVersions: rangeOf(raw.nullableVersions),
    taggedVersions: rangeOf(raw.taggedVersions),
    tag: raw.tag,
    ignorable: raw.ignorable === true || raw.ignorable === 'true',
    // A JSON null is no default; only the text "null" means null.
    default: raw.default === undefined || raw.default === null ? undefined : String(raw.default),
    fields: raw.fields?.map(fieldOf),
  }
}

function rangeOf(text: string | undefined): Range | undefined {
  if (text === undefined || text === 'none') return undefined
  if (text.endsWith('+')) return [Number(text.slice(0, -1)), Number.POSITIVE_INFINITY]
  const [min = '', max = min] = text.split('-')
  return [Number(min), Number(max)]
}

export const inRange = (range: Range | undefined, version: number): boolean =>
  range !== undefined && version >= range[0] && version <= range[1]

/** Line comments go, unless inside a string. */
function withoutComments(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*/g, match => (match.startsWith('"') ? match : ''))
}
