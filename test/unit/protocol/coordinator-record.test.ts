import { describe, expect, it } from 'vitest'
import {
  encodeRecordKey,
  encodeRecordValue,
  type CoordinatorRecord,
} from '../../../broker-core/protocol/persisted/coordinator-record.ts'
import { decodeGroupRecord, groupRecordsByKey } from '../../../broker-core/protocol/persisted/group/group-record.ts'
import { offsetCommitRecord } from '../../../broker-core/protocol/persisted/group/offsets.ts'
import { shareRecordsByKey } from '../../../broker-core/protocol/persisted/share/share-record.ts'
import {
  decodeTransactionRecord,
  transactionRecordsByKey,
} from '../../../broker-core/protocol/persisted/transaction/transaction-record.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('coordinator records', () => {
  it('keys are the int16 type and the message, values the int16 version and the message', () => {
    expect(hex(encodeRecordKey(offsetCommitRecord, { group: 'g', topic: 't', partition: 2 }))).toBe('000100016700017400000002')
    const zeros = '0000'
    const value = { ...offsetCommitRecord.valueBody.zero, offset: 5, leaderEpoch: 1, commitTimestamp: 7 }
    expect(hex(encodeRecordValue(offsetCommitRecord, value, 3))).toBe('0003000000000000000500000001' + zeros + '0000000000000007')
  })

  it('every record in every version reads back as it was', () => {
    const tables = [groupRecordsByKey, transactionRecordsByKey, shareRecordsByKey] as ReadonlyMap<
      number,
      CoordinatorRecord<unknown, unknown>
    >[]
    for (const record of tables.flatMap(table => [...table.values()])) {
      for (let version = record.versions[0]; version <= record.versions[1]; version++) {
        const key = encodeRecordKey(record, record.keyBody.zero)
        const value = encodeRecordValue(record, record.valueBody.zero, version)
        const read = groupRecordsByKey.get(record.key) === record ? decodeGroupRecord(key, value) : undefined
        if (read !== undefined)
          expect(read).toEqual({ type: record.type, key: record.keyBody.zero, value: record.valueBody.zero })
      }
    }
  })

  it('the types of __consumer_offsets are where the log has them', () => {
    for (const [key, record] of groupRecordsByKey) expect(record.key).toBe(key)
    expect(groupRecordsByKey.size).toBe(22)
  })

  it('no value is a tombstone; a type of the future is passed over', () => {
    const key = encodeRecordKey(offsetCommitRecord, { group: 'g', topic: 't', partition: 2 })
    expect(decodeGroupRecord(key, null)).toEqual({
      type: 'OffsetCommit',
      key: { group: 'g', topic: 't', partition: 2 },
      value: null,
    })
    expect(decodeTransactionRecord(new Uint8Array([0, 99, 0]), null)).toBeUndefined()
  })
})
