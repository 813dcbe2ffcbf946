import { array, assert, nat, property, record as recordOf } from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { WireFormatError } from '../../broker-core/base/bytes/wire-format-error.ts'
import {
  type CoordinatorRecord,
  decodeRecordKey,
  decodeRecordValue,
  encodeRecordKey,
  encodeRecordValue,
  recordTypeOf,
} from '../../broker-core/protocol/persisted/coordinator-record.ts'
import { groupRecordsByKey } from '../../broker-core/protocol/persisted/group/group-record.ts'
import { decodeMetadataRecord, encodeMetadataRecord } from '../../broker-core/protocol/persisted/metadata/metadata-record.ts'
import { decodeControlValue, encodeControlValue } from '../../broker-core/protocol/persisted/raft/control-values.ts'
import { leaderChange } from '../../broker-core/protocol/persisted/raft/leader-change.ts'
import { snapshotFooterRecord, snapshotHeaderRecord } from '../../broker-core/protocol/persisted/raft/snapshot-ends.ts'
import { shareRecordsByKey } from '../../broker-core/protocol/persisted/share/share-record.ts'
import { transactionRecordsByKey } from '../../broker-core/protocol/persisted/transaction/transaction-record.ts'

/** A record as Apache Kafka 4.3.1 wrote it to one of its own logs. */
interface Recorded {
  readonly topic: string
  readonly type: string
  readonly key: string | null
  readonly value: string | null
}

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/golden/persisted.json'), 'utf8')) as Recorded[]
const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const tables: Readonly<Record<string, ReadonlyMap<number, unknown>>> = {
  __consumer_offsets: groupRecordsByKey,
  __transaction_state: transactionRecordsByKey,
  __share_group_state: shareRecordsByKey,
}
const controls = [leaderChange, snapshotHeaderRecord, snapshotFooterRecord]

function metadataAgain(value: string): string {
  return hexOf(encodeMetadataRecord(decodeMetadataRecord(bytesOf(value))))
}

function checkCoordinatorRecord({ topic, key, value, type }: Recorded): void {
  const keyBytes = bytesOf(key ?? '')
  const record = tables[topic]?.get(recordTypeOf(keyBytes)) as CoordinatorRecord<unknown, unknown>
  expect(record.type).toBe(type)
  expect(hexOf(encodeRecordKey(record, decodeRecordKey(record, keyBytes)))).toBe(key)
  if (value === null) return
  const version = Buffer.from(value.slice(0, 4), 'hex').readInt16BE()
  expect(hexOf(encodeRecordValue(record, decodeRecordValue(record, bytesOf(value)), version))).toBe(value)
}

describe("records of a real cluster's own logs read and write back to the same bytes", () => {
  const types = [...new Set(recorded.map(it => it.type))]
  for (const type of types) {
    const some = recorded.filter(it => it.type === type)
    it(`${some[0]?.topic} ${type}, ${some.length} samples`, () => {
      const control = controls.find(it => it.name === type)
      for (const it of some) {
        if (control !== undefined) {
          const schema = control as typeof snapshotFooterRecord
          expect(hexOf(encodeControlValue(schema, decodeControlValue(schema, bytesOf(it.value ?? ''))))).toBe(it.value)
        } else if (it.topic === '__cluster_metadata') expect(metadataAgain(it.value ?? '')).toBe(it.value)
        else checkCoordinatorRecord(it)
      }
    })
  }

  it('a null struct in a tagged field is one zero byte, and group hashes keep all their 64 bits', () => {
    const member = recorded.find(it => it.type === 'ConsumerGroupMemberMetadata' && it.value !== null)
    expect(member?.value?.endsWith('01000100')).toBe(true)
    const group = recorded.find(it => it.type === 'ConsumerGroupMetadata' && it.value !== null)
    const record = groupRecordsByKey.get(3) as unknown as CoordinatorRecord<unknown, { metadataHash: bigint }>
    expect(typeof decodeRecordValue(record, bytesOf(group?.value ?? '')).metadataHash).toBe('bigint')
  })
})

const damagedCount = 30_000

describe('damaged records', () => {
  it(`${damagedCount} records with bytes changed or cut off are read or refused, nothing else`, () => {
    const change = recordOf({ at: nat(), to: nat({ max: 255 }) })
    const holds = property(nat(), array(change, { maxLength: 4 }), nat({ max: 4 }), (which, changes, cut) => {
      const sample = recorded[which % recorded.length] as Recorded
      const value = bytesOf(sample.value ?? '')
      for (const { at, to } of changes) if (value.length > 0) value[at % value.length] = to
      const damaged = value.subarray(0, Math.max(0, value.length - cut))
      try {
        if (sample.topic === '__cluster_metadata' && sample.key === null) decodeMetadataRecord(damaged)
        else if (sample.topic !== '__cluster_metadata') readDamaged(sample, damaged)
      } catch (error) {
        if (!(error instanceof WireFormatError)) throw error
      }
    })
    assert(holds, { numRuns: damagedCount })
  })
})

function readDamaged({ topic, key }: Recorded, value: Uint8Array): void {
  const record = tables[topic]?.get(recordTypeOf(bytesOf(key ?? ''))) as CoordinatorRecord<unknown, unknown>
  decodeRecordValue(record, value)
}
