import { getInt16, getInt32, getInt64, getUint32, setInt16, setInt32, setInt64 } from '../base/bytes/big-endian.ts'
import type { Crc32c } from '../env/codec.ts'
import type { ProducerEntry } from './producer-state.ts'

/** `.snapshot` (SEMANTICS 2.7): only the last batch of each producer is in it. */
const version = 1
const crcAt = 2
const coveredFrom = 6
const countAt = 6
const entriesAt = 10
const entryBytes = 46

export function encodeProducerSnapshot(entries: Iterable<ProducerEntry>, crc32c: Crc32c): Uint8Array {
  const all = [...entries]
  const bytes = new Uint8Array(entriesAt + all.length * entryBytes)
  setInt16(bytes, 0, version)
  setInt32(bytes, countAt, all.length)
  all.forEach((entry, index) => writeEntry(bytes, entriesAt + index * entryBytes, entry))
  setInt32(bytes, crcAt, crc32c(bytes.subarray(coveredFrom)) | 0)
  return bytes
}

function writeEntry(bytes: Uint8Array, at: number, entry: ProducerEntry): void {
  const last = entry.batches[entry.batches.length - 1]
  setInt64(bytes, at, entry.producerId)
  setInt16(bytes, at + 8, entry.producerEpoch)
  setInt32(bytes, at + 10, last?.lastSequence ?? -1)
  setInt64(bytes, at + 14, last?.lastOffset ?? -1)
  setInt32(bytes, at + 22, last?.offsetDelta ?? 0)
  setInt64(bytes, at + 26, entry.lastTimestampMs)
  setInt32(bytes, at + 34, entry.coordinatorEpoch)
  setInt64(bytes, at + 38, entry.currentTransactionFirstOffset)
}

/** DISK-23: undefined when version, length or CRC are wrong. */
export function decodeProducerSnapshot(bytes: Uint8Array, crc32c: Crc32c): ProducerEntry[] | undefined {
  if (bytes.length < entriesAt || getInt16(bytes, 0) !== version) return undefined
  if (getUint32(bytes, crcAt) !== crc32c(bytes.subarray(coveredFrom))) return undefined
  const count = getInt32(bytes, countAt)
  if (count < 0 || bytes.length !== entriesAt + count * entryBytes) return undefined
  return Array.from({ length: count }, (_, index) => readEntry(bytes, entriesAt + index * entryBytes))
}

function readEntry(bytes: Uint8Array, at: number): ProducerEntry {
  const lastSequence = getInt32(bytes, at + 10)
  const lastOffset = getInt64(bytes, at + 14)
  const lastTimestampMs = getInt64(bytes, at + 26)
  return {
    producerId: getInt64(bytes, at),
    producerEpoch: getInt16(bytes, at + 8),
    coordinatorEpoch: getInt32(bytes, at + 34),
    lastTimestampMs,
    currentTransactionFirstOffset: getInt64(bytes, at + 38),
    batches:
      lastOffset < 0 ? [] : [{ lastSequence, lastOffset, offsetDelta: getInt32(bytes, at + 22), timestampMs: lastTimestampMs }],
  }
}
