import { describe, expect, it } from 'vitest'
import { Reader } from '../../broker-core/base/bytes/reader.ts'
import { Writer } from '../../broker-core/base/bytes/writer.ts'
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
} from '../../broker-core/protocol/embedded/consumer-protocol.ts'
import { defaultPrincipal } from '../../broker-core/protocol/embedded/default-principal.ts'
import type { CoordinatorRecord } from '../../broker-core/protocol/persisted/coordinator-record.ts'
import { groupRecordsByKey } from '../../broker-core/protocol/persisted/group/group-record.ts'
import { metadataRecordSchemas } from '../../broker-core/protocol/persisted/metadata/metadata-record.ts'
import { leaderChange } from '../../broker-core/protocol/persisted/raft/leader-change.ts'
import { snapshotFooterRecord, snapshotHeaderRecord } from '../../broker-core/protocol/persisted/raft/snapshot-ends.ts'
import { kraftVersionRecord, votersRecord } from '../../broker-core/protocol/persisted/raft/voters.ts'
import { shareRecordsByKey } from '../../broker-core/protocol/persisted/share/share-record.ts'
import { transactionRecordsByKey } from '../../broker-core/protocol/persisted/transaction/transaction-record.ts'
import { allApis } from '../../broker-core/protocol/registry.ts'
import type { StructCodec } from '../../broker-core/protocol/schema/struct.ts'
import { Chance, defaultOf, encodeBy, plain, type Value, valueBy } from './specification/reference-codec.ts'
import {
  hasSpecification,
  inRange,
  messageFiles,
  readMessage,
  type SpecField,
  type SpecMessage,
} from './specification/schema-files.ts'

/** Values per message and version; the seed is the version, so that a failure repeats. */
const samplesEach = 12

interface Ours {
  readonly codec: StructCodec<unknown>
  readonly versions: readonly [min: number, max: number]
  readonly flexibleSince: number
}

/** Both directions: bytes of the reference are read and written again; all fields there are, with their defaults, and no others. */
function compare(message: SpecMessage, ours: Ours): void {
  const [min, max] = message.validVersions ?? [0, -1]
  expect(ours.versions).toEqual([min, max])
  // A flexible range that begins behind the last version is none.
  const flexible = message.flexibleVersions?.[0] ?? Number.POSITIVE_INFINITY
  expect(ours.flexibleSince).toBe(flexible > max ? Number.POSITIVE_INFINITY : flexible)
  const present = message.fields.filter(field => exists(field, min, max))
  expect(Object.keys(ours.codec.fields).sort()).toEqual(present.map(field => field.name).sort())
  for (let version = min; version <= max; version++) compareVersion({ ...message, fields: present }, ours, version)
}

const exists = (field: SpecField, min: number, max: number): boolean =>
  field.versions !== undefined && field.versions[0] <= max && field.versions[1] >= min

function compareVersion(message: SpecMessage, ours: Ours, version: number): void {
  const layout = ours.codec.layout({ version, flexible: version >= ours.flexibleSince })
  const chance = new Chance(version + 1)
  for (let i = 0; i < samplesEach; i++) {
    const value = valueBy(message, message.fields, version, chance)
    const bytes = encodeBy(message, message.fields, value, version)
    const from = new Reader(bytes)
    const read = layout.read(from)
    expect(plain(withKnownFields(read, value)), `${message.name} v${version}`).toEqual(plain(value))
    expect(from.remaining(), `${message.name} v${version}`).toBe(0)
    const to = new Writer()
    layout.write(to, read)
    expect(hexOf(to.finishBytes()), `${message.name} v${version}`).toBe(hexOf(bytes))
  }
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/**
 * Fields of inner structs that exist in no live version are left out of our schemas; the reference shows them with their defaults. All
 * others must be equal.
 */
function withKnownFields(read: unknown, expected: unknown): unknown {
  if (Array.isArray(read) && Array.isArray(expected)) return read.map((it, i) => withKnownFields(it, expected[i]))
  if (!isStruct(read) || !isStruct(expected)) return read
  const names = [...new Set([...Object.keys(read), ...Object.keys(expected)])]
  return Object.fromEntries(
    names.map(name => [name, name in read ? withKnownFields(read[name], expected[name]) : expected[name]]),
  )
}

const isStruct = (it: unknown): it is Value =>
  typeof it === 'object' && it !== null && !(it instanceof Uint8Array) && !('chunks' in it)

/** What a writer must do with a value that a version cannot carry: drop it when the schema says ignorable, refuse it otherwise. */
function compareIgnorable(message: SpecMessage, ours: Ours): void {
  const [min, max] = ours.versions
  for (const field of message.fields) {
    for (let version = min; version <= max; version++) {
      if (!exists(field, min, max) || inRange(field.versions, version)) continue
      const codec = ours.codec.fields[field.name]?.codec
      const different = otherValue(message, field)
      if (codec === undefined || different === undefined) continue
      const layout = ours.codec.layout({ version, flexible: version >= ours.flexibleSince })
      const value = { ...(ours.codec.zero as Value), [field.name]: different }
      const write = () => layout.write(new Writer(), value)
      if (field.ignorable) expect(write, `${message.name} v${version} ${field.name}`).not.toThrow()
      else expect(write, `${message.name} v${version} ${field.name}`).toThrow('cannot be said')
    }
  }
}

/** A value that is not the default, in the newest version that has the field. */
function otherValue(message: SpecMessage, field: SpecField): unknown {
  const version = Math.min(field.versions?.[1] ?? 0, message.validVersions?.[1] ?? 0)
  const fallback = JSON.stringify(plain(defaultOf(message, field)))
  for (let seed = 0; seed < 50; seed++) {
    const value = valueBy(message, [field], version, new Chance(seed))[field.name]
    if (JSON.stringify(plain(value)) !== fallback && value !== null) return value
  }
  return undefined
}

function check(path: string, ours: Ours): void {
  it(path, () => {
    const message = readMessage(path)
    compare(message, ours)
    compareIgnorable(message, ours)
  })
}

if (!hasSpecification) console.log('spec-comparison: skipped, the message schemas (kafka-spec) are not beside the project')

describe.runIf(hasSpecification)('every API is what the specification says', () => {
  for (const api of allApis) {
    const { versions, flexibleSince, name } = api
    check(`clients/${name}Request.json`, { codec: api.request, versions, flexibleSince })
    it(`clients/${name}Response.json`, () => {
      // The response's own range of versions is the request's.
      const message = readMessage(`clients/${name}Response.json`)
      compare({ ...message, validVersions: versions }, { codec: api.response, versions, flexibleSince })
      compareIgnorable({ ...message, validVersions: versions }, { codec: api.response, versions, flexibleSince })
    })
  }

  it('none is missing, and keys, listeners and stability agree', () => {
    const requests = messageFiles('clients')
      .filter(path => path.endsWith('Request.json'))
      .map(readMessage)
    const live = requests.filter(message => message.validVersions !== undefined)
    expect(allApis.map(api => api.key).sort((a, b) => a - b)).toEqual(live.map(it => it.apiKey as number).sort((a, b) => a - b))
    for (const api of allApis) {
      const message = live.find(it => it.apiKey === api.key) as SpecMessage
      expect(`${api.name}Request`).toBe(message.name)
      expect([...api.listeners].sort()).toEqual(message.listeners.filter(it => it !== 'zkBroker').toSorted())
      expect(api.latestVersionUnstable ?? false).toBe(message.latestVersionUnstable)
    }
  })
})

describe.runIf(hasSpecification)('every persisted record is what the specification says', () => {
  for (const [type, schema] of Object.entries(metadataRecordSchemas)) {
    const path = `metadata/${type === 'ZkMigrationStateRecord' ? 'ZkMigrationRecord' : type}.json`
    check(path, { ...schema, codec: schema.body as StructCodec<unknown> })
    it(`${path} has its key`, () => expect(schema.key).toBe(readMessage(path).apiKey))
  }

  const tables = {
    'group-coordinator': groupRecordsByKey,
    'transaction-coordinator': transactionRecordsByKey,
    'share-coordinator': shareRecordsByKey,
  }
  for (const [folder, table] of Object.entries(tables)) {
    for (const record of table.values() as Iterable<CoordinatorRecord<unknown, unknown>>) {
      const { versions, flexibleSince, keyBody, valueBody, type } = record
      check(`${folder}/${type}Key.json`, { codec: keyBody, versions: [0, 0], flexibleSince: Number.POSITIVE_INFINITY })
      check(`${folder}/${type}Value.json`, { codec: valueBody, versions, flexibleSince })
      it(`${folder}/${type} has its key`, () => expect(record.key).toBe(readMessage(`${folder}/${type}Key.json`).apiKey))
    }
  }

  it('none is missing', () => {
    const records = Object.keys(metadataRecordSchemas).length
    expect(messageFiles('metadata')).toHaveLength(records)
    for (const [folder, table] of Object.entries(tables)) expect(messageFiles(folder)).toHaveLength(table.size * 2)
  })

  const others = [
    leaderChange,
    snapshotHeaderRecord,
    snapshotFooterRecord,
    kraftVersionRecord,
    votersRecord,
    consumerProtocolSubscription,
    consumerProtocolAssignment,
    defaultPrincipal,
  ]
  for (const schema of others) check(`clients/${schema.name}.json`, { ...schema, codec: schema.body as StructCodec<unknown> })
})
