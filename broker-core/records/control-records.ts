import { getInt16, getInt32, setInt16, setInt32 } from '../base/bytes/big-endian.ts'
import type { BatchCodecs } from './batch-writer.ts'
import { encodeBatch } from './batch-writer.ts'

/** DISK-03: types in the keys of control records; others are ignored by readers. */
export const controlTypes = {
  abort: 0,
  commit: 1,
  leaderChange: 2,
  snapshotHeader: 3,
  snapshotFooter: 4,
  kraftVersion: 5,
  kraftVoters: 6,
} as const

export type ControlType = (typeof controlTypes)[keyof typeof controlTypes]

/** Key of a control record: int16 version 0, int16 type. */
export function controlRecordKey(type: ControlType): Uint8Array {
  const key = new Uint8Array(4)
  setInt16(key, 2, type)
  return key
}

/** The type, or undefined for a key that is none. Newer key versions still begin with version and type. */
export const controlTypeOf = (key: Uint8Array | null): number | undefined =>
  key === null || key.length < 4 || getInt16(key, 0) < 0 ? undefined : getInt16(key, 2)

/** Value of ABORT and COMMIT: int16 version 0, int32 coordinatorEpoch. */
export function endTransactionValue(coordinatorEpoch: number): Uint8Array {
  const value = new Uint8Array(6)
  setInt32(value, 2, coordinatorEpoch)
  return value
}

export const coordinatorEpochOf = (value: Uint8Array | null): number =>
  value === null || value.length < 6 ? -1 : getInt32(value, 2)

/** The batch that ends a transaction in a partition: one record, bits 4 and 5 set, no sequence (TXN-12). */
export function encodeTransactionMarker(
  marker: {
    readonly producerId: number
    readonly producerEpoch: number
    readonly coordinatorEpoch: number
    readonly committed: boolean
    readonly timestampMs: number
  },
  codecs: BatchCodecs,
): Uint8Array {
  return encodeBatch(
    {
      records: [
        {
          timestampMs: marker.timestampMs,
          key: controlRecordKey(marker.committed ? controlTypes.commit : controlTypes.abort),
          value: endTransactionValue(marker.coordinatorEpoch),
        },
      ],
      producerId: marker.producerId,
      producerEpoch: marker.producerEpoch,
      transactional: true,
      control: true,
    },
    codecs,
  )
}
