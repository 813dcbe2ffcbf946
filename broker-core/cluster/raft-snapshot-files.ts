import type { OffsetAndEpoch, SnapshotReceiver } from '../consensus/ports.ts'
import type { Disk } from '../env/disk.ts'
import { encodeControlValue } from '../protocol/persisted/raft/control-values.ts'
import { snapshotFooterRecord, snapshotHeaderRecord } from '../protocol/persisted/raft/snapshot-ends.ts'
import { batchIsControl } from '../records/batch-header.ts'
import { batchesIn } from '../records/batch-iterator.ts'
import { type BatchCodecs, encodeBatch } from '../records/batch-writer.ts'
import { controlRecordKey, controlTypes } from '../records/control-records.ts'
import { recordsOf } from '../records/record-reader.ts'

/**
 * Snapshots of the metadata log (KIP-630): `<20-digit end offset>-<10-digit epoch>.checkpoint`, record batches from offset 0 on with a
 * control batch at either end; `.checkpoint.part` while being written. A name without `.part` is a whole and durable snapshot.
 */
export interface SnapshotFiles {
  latest(): OffsetAndEpoch | undefined
  write(id: OffsetAndEpoch, values: readonly Uint8Array[], lastAppendTimeMs: number): void
  readValues(id: OffsetAndEpoch): Uint8Array[]
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
  const publish = (id: OffsetAndEpoch) => {
    disk.rename(`${pathOf(id)}.part`, pathOf(id))
    disk.syncDirectory(directory)
    known = listSnapshots(directory, disk)
  }
  return {
    latest: () => known.at(-1),
    write(id, values, lastAppendTimeMs) {
      const file = disk.open(`${pathOf(id)}.part`, 'create')
      file.resize(0)
      file.writeAt(snapshotBatches(id, values, lastAppendTimeMs, codecs), 0)
      file.sync()
      file.close()
      publish(id)
    },
    readValues(id) {
      const bytes = readWhole(pathOf(id), disk)
      const values: Uint8Array[] = []
      for (const batch of batchesIn(bytes)) {
        if (batchIsControl(batch, 0)) continue
        for (const record of recordsOf(batch, codecs.compression)) if (record.value !== null) values.push(record.value)
      }
      return values
    },
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
    receive(id, completed) {
      const file = disk.open(`${pathOf(id)}.part`, 'create')
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
          publish(id)
          completed()
        },
        abort() {
          file.close()
          disk.remove(`${pathOf(id)}.part`)
        },
      }
    },
    removeOld() {
      for (const id of known.slice(0, -1)) disk.remove(pathOf(id))
      known = known.slice(-1)
    },
  }
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
  return found.sort((a, b) => a.endOffset - b.endOffset || a.epoch - b.epoch)
}

function snapshotBatches(
  id: OffsetAndEpoch,
  values: readonly Uint8Array[],
  timestampMs: number,
  codecs: BatchCodecs,
): Uint8Array[] {
  const control = (type: 3 | 4, value: Uint8Array, baseOffset: number) =>
    encodeBatch(
      { records: [{ timestampMs, key: controlRecordKey(type), value }], control: true, baseOffset, leaderEpoch: id.epoch },
      codecs,
    )
  const header = encodeControlValue(snapshotHeaderRecord, { version: 0, lastContainedLogTimestamp: timestampMs })
  const footer = encodeControlValue(snapshotFooterRecord, { version: 0 })
  const chunks = [control(controlTypes.snapshotHeader, header, 0)]
  for (let at = 0; at < values.length; at += batchRecordsMax) {
    const records = values.slice(at, at + batchRecordsMax).map(value => ({ timestampMs, key: null, value }))
    chunks.push(encodeBatch({ records, baseOffset: at + 1, leaderEpoch: id.epoch }, codecs))
  }
  chunks.push(control(controlTypes.snapshotFooter, footer, values.length + 1))
  return chunks
}

export function readWhole(path: string, disk: Disk): Uint8Array {
  const file = disk.open(path, 'read')
  try {
    const bytes = new Uint8Array(file.size())
    return bytes.subarray(0, file.readAt(bytes, 0))
  } finally {
    file.close()
  }
}
