import { api } from '../api.ts'
import { int16, int32, int64, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

/**
 * Adds the offsets topic partition of a group to a transaction.
 * - v1-2: same layout
 * - v3: compact lengths and tagged fields
 * - v4: same layout (KIP-890)
 */
export const addOffsetsToTxn = api({
  key: 25,
  name: 'AddOffsetsToTxn',
  versions: [0, 4],
  flexibleSince: 3,
  listeners: ['broker'],
  request: struct({
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    groupId: string,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
  }),
})
