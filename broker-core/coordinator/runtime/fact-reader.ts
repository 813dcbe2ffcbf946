import type { Compression } from '../../env/codec.ts'
import {
  batchHeaderBytes,
  batchIsControl,
  batchIsTransactional,
  batchProducerEpoch,
  batchProducerId,
  batchRecordCount,
} from '../../records/batch-header.ts'
import { batchesIn } from '../../records/batch-iterator.ts'
import { controlTypeOf, controlTypes, coordinatorEpochOf } from '../../records/control-records.ts'
import { recordsOf } from '../../records/record-reader.ts'
import type { PersistedFact } from './machine.ts'

export interface ReadFact {
  readonly persisted: PersistedFact
  readonly timestampMs: number
}

/** The facts in whole batches, in log order. Control records other than COMMIT and ABORT are ignored (DISK-03), as are null keys. */
export function* factsIn(bytes: Uint8Array, compression: Compression): Generator<ReadFact> {
  for (const batch of batchesIn(bytes)) {
    if (batchRecordCount(batch, 0) === 0 || batch.length < batchHeaderBytes) continue
    const isControl = batchIsControl(batch, 0)
    const producer = batchIsTransactional(batch, 0)
      ? { producerId: batchProducerId(batch, 0), producerEpoch: batchProducerEpoch(batch, 0) }
      : undefined
    for (const { key, value, timestampMs } of recordsOf(batch, compression)) {
      if (isControl) {
        const type = controlTypeOf(key)
        if (producer === undefined || (type !== controlTypes.commit && type !== controlTypes.abort)) continue
        const committed = type === controlTypes.commit
        yield { persisted: { kind: 'marker', producer, coordinatorEpoch: coordinatorEpochOf(value), committed }, timestampMs }
      } else if (key !== null) {
        // Copies: views would keep the whole chunk of the log in memory for as long as the state lives.
        const record = { kind: 'record', key: key.slice(), value: value?.slice() ?? null } as const
        yield { persisted: producer === undefined ? record : { ...record, producer }, timestampMs }
      }
    }
  }
}
