import { api } from '../api.ts'
import { bool, int16, int32, int64, nullableString } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

/**
 * A producer id, and the fencing of older producers of a transactional id.
 * - v1: same layout
 * - v2: compact lengths and tagged fields
 * - v3: request producerId, producerEpoch
 * - v4: same layout
 * - v5: same layout (KIP-890)
 * - v6: request enable2Pc, keepPreparedTxn; response ongoingTxnProducerId, ongoingTxnProducerEpoch (KIP-939)
 */
export const initProducerId = api({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 6],
  flexibleSince: 2,
  listeners: ['broker'],
  latestVersionUnstable: true,
  request: struct({
    transactionalId: nullableString,
    transactionTimeoutMs: int32,
    producerId: field(int64, { since: 3, default: -1 }),
    producerEpoch: field(int16, { since: 3, default: -1 }),
    enable2Pc: field(bool, { since: 6 }),
    keepPreparedTxn: field(bool, { since: 6 }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    producerId: field(int64, { default: -1 }),
    producerEpoch: int16,
    ongoingTxnProducerId: field(int64, { since: 6, default: -1 }),
    ongoingTxnProducerEpoch: field(int16, { since: 6, default: -1 }),
  }),
})
