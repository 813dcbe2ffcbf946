import type { OffsetAndEpoch, SnapshotContent, SnapshotReceiver } from '../consensus/ports.ts'
import type { MembershipChange } from '../consensus/voter-history.ts'
import type { Disk } from '../env/disk.ts'
import { encodeControlValue } from '../protocol/persisted/raft/control-values.ts'
import { snapshotFooterRecord, snapshotHeaderRecord } from '../protocol/persisted/raft/snapshot-ends.ts'
import { batchCrcIsValid, batchIsControl } from '../records/batch-header.ts'
import { batchesIn, wholeBatchesBytes } from '../records/batch-iterator.ts'
import { type BatchCodecs, encodeBatch } from '../records/batch-writer.ts'
import { controlRecordKey, controlTypes } from '../records/control-records.ts'
import { recordsOf, type RecordView } from '../records/record-reader.ts'
import { decodeMembership, encodeControl } from './raft-control-records.ts'
import { readWhole } from './whole-file.ts'

/**
 * Snapshots of the metadata log (KIP-630): `<20-digit end offset>-<10-digit epoch>.checkpoint`, record batches from offset 0 on with a
 * control batch at either end; `.checkpoint.part` while being written. A name without `.part` is a whole and durable snapshot.
 */
export interface SnapshotFiles {
  latest(): OffsetAndEpoch | undefined
  write(id: OffsetAndEpoch, content: SnapshotContent): void
  readValues(id: OffsetAndEpoch): Uint8Array[]
  /** The version of the quorum and its voters; nothing with kraft.version 0. */
  readMembership(id: OffsetAndEpoch): MembershipChange[]
  readBytes(id: OffsetAndEpoch, position: number, maxBytes: number): { bytes: Uint8Array; sizeBytes: number } | undefined
  receive(id: OffsetAndEpoch, completed: () => void): SnapshotReceiver
  /** All but the latest. */
  removeOld(): void
}

const namePattern = /^(\d{20})-(\d{10})\.checkpoint$/
/** Records per batch of a snapshot. */
const batchRecordsMax = 1000

export function snapshotFiles(directory: string, disk: Disk, codecs: BatchCodecs): SnapshotFiles {
  const pathOf = (id: OffsetAndEpoch) => `${directory}/${snapshotName(id)}`
  let known = listSnapshots(directory, disk)
  // Others may be on their way meanwhile: only opening the log finds and removes what was not finished.
  const publish = (id: OffsetAndEpoch) => {
    disk.rename(`${pathOf(id)}.part`, pathOf(id))
    disk.syncDirectory(directory)
    known = [...known.filter(other => !isSame(other, id)), id].sort(inOrder)
  }
  const checked = (path: string): Uint8Array => {
    const bytes = readWhole(path, disk)
    if (!isSnapshot(bytes, codecs)) throw new Error(`${path} is damaged`)
    return bytes
  }
  return {
    latest: () => known.at(-1),
    write(id, content) {
      const file = disk.open(`${pathOf(id)}.part`, 'create')
      file.resize(0)
      file.writeAt(snapshotBatches(id, content, codecs), 0)
      file.sync()
      file.close()
      publish(id)
    },
    readValues: id => snapshotValues(checked(pathOf(id)), codecs),
    readMembership: id => recordsIn(checked(pathOf(id)), 'control', codecs).flatMap(record => decodeMembership(record) ?? []),
    readBytes(id, position, maxBytes) {
      const path = pathOf(id)
      if (!disk.exists(path)) return undefined
      const file = disk.open(path, 'read')
      try {
        const sizeBytes = file.size()
        const bytes = new Uint8Array(Math.max(0, Math.min(maxBytes, sizeBytes - position)))
        return { bytes: bytes.subarray(0, file.readAt(bytes, Math.max(0, position))), sizeBytes }
      } finally {
        file.close()
      }
    },
    receive: (id, completed) =>
      receiverAt(`${pathOf(id)}.part`, disk, part => {
        if (!isSnapshot(part, codecs)) return false
        publish(id)
        completed()
        return true
      }),
    removeOld() {
      for (const id of known.slice(0, -1)) disk.remove(pathOf(id))
      known = known.slice(-1)
    },
  }
}

/** `finish` has the whole file, and says whether it is one that can be used; then it has given it its name. */
function receiverAt(path: string, disk: Disk, finish: (bytes: Uint8Array) => boolean): SnapshotReceiver {
  const file = disk.open(path, 'create')
  file.resize(0)
  let position = 0
  return {
    get position() {
      return position
    },
    append(bytes) {
      file.writeAt([bytes], position)
      position += bytes.length
    },
    complete() {
      file.sync()
      file.close()
      const isUsed = finish(readWhole(path, disk))
      if (!isUsed) disk.remove(path)
      return isUsed
    },
    abort() {
      file.close()
      disk.remove(path)
    },
  }
}

/** Whether all bytes are batches as they were written, from header to footer: what is damaged must not be taken for the state of a cluster. */
function isSnapshot(bytes: Uint8Array, { crc32c }: BatchCodecs): boolean {
  const batches = [...batchesIn(bytes)]
  const [first] = batches
  const last = batches.at(-1)
  if (first === undefined || last === undefined || first === last) return false
  if (!batchIsControl(first, 0) || !batchIsControl(last, 0)) return false
  return wholeBatchesBytes(bytes) === bytes.length && batches.every(batch => batchCrcIsValid(batch, 0, crc32c))
}

/** The values of the metadata records in a snapshot. */
export const snapshotValues = (bytes: Uint8Array, codecs: BatchCodecs): Uint8Array[] =>
  recordsIn(bytes, 'data', codecs).flatMap(({ value }) => (value === null ? [] : [value]))

/** The records of the batches of one kind. */
function recordsIn(bytes: Uint8Array, kind: 'data' | 'control', codecs: BatchCodecs): RecordView[] {
  const records: RecordView[] = []
  for (const batch of batchesIn(bytes)) {
    if (batchIsControl(batch, 0) === (kind === 'control')) records.push(...recordsOf(batch, codecs.compression))
  }
  return records
}

const snapshotName = (id: OffsetAndEpoch): string =>
  `${String(id.endOffset).padStart(20, '0')}-${String(id.epoch).padStart(10, '0')}.checkpoint`

/** Ascending. Unfinished ones of an earlier run are removed. */
function listSnapshots(directory: string, disk: Disk): OffsetAndEpoch[] {
  const found: OffsetAndEpoch[] = []
  for (const name of disk.list(directory)) {
    const match = namePattern.exec(name)
    if (match !== null) found.push({ endOffset: Number(match[1]), epoch: Number(match[2]) })
    else if (/\.checkpoint\.(part|deleted)$/.test(name)) disk.remove(`${directory}/${name}`)
  }
  return found.sort(inOrder)
}

const inOrder = (a: OffsetAndEpoch, b: OffsetAndEpoch): number => a.endOffset - b.endOffset || a.epoch - b.epoch
const isSame = (a: OffsetAndEpoch, b: OffsetAndEpoch): boolean => inOrder(a, b) === 0

/** As in Kafka, what concerns the quorum itself follows the header in one batch with it. */
export function snapshotBatches(id: OffsetAndEpoch, content: SnapshotContent, codecs: BatchCodecs): Uint8Array[] {
  const { membership, values, lastAppendTimeMs: timestampMs } = content
  const header = encodeControlValue(snapshotHeaderRecord, { version: 0, lastContainedLogTimestamp: timestampMs })
  const footer = encodeControlValue(snapshotFooterRecord, { version: 0 })
  const first = [
    { timestampMs, key: controlRecordKey(controlTypes.snapshotHeader), value: header },
    ...membership.map(change => encodeControl(change, timestampMs)),
  ]
  const chunks = [encodeBatch({ records: first, control: true, baseOffset: 0, leaderEpoch: id.epoch }, codecs)]
  for (let at = 0; at < values.length; at += batchRecordsMax) {
    const records = values.slice(at, at + batchRecordsMax).map(value => ({ timestampMs, key: null, value }))
    chunks.push(encodeBatch({ records, baseOffset: first.length + at, leaderEpoch: id.epoch }, codecs))
  }
  const last = [{ timestampMs, key: controlRecordKey(controlTypes.snapshotFooter), value: footer }]
  chunks.push(
    encodeBatch({ records: last, control: true, baseOffset: first.length + values.length, leaderEpoch: id.epoch }, codecs),
  )
  return chunks
}
