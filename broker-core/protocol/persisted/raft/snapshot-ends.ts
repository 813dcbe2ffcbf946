import { message } from '../../message.ts'
import { int16, int64 } from '../../schema/primitives.ts'
import { struct } from '../../schema/struct.ts'

/** First record of a metadata snapshot (control type 3). */
export const snapshotHeaderRecord = message({
  name: 'SnapshotHeaderRecord',
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    version: int16,
    lastContainedLogTimestamp: int64,
  }),
})

/** Last record of a metadata snapshot (control type 4). */
export const snapshotFooterRecord = message({
  name: 'SnapshotFooterRecord',
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    version: int16,
  }),
})
