import { api } from '../api.ts'
import { bool, int16, int32, int64, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

/**
 * Commits or aborts a transaction.
 * - v1-2: same layout
 * - v3: compact lengths and tagged fields
 * - v4: same layout (KIP-890)
 * - v5: response producerId, producerEpoch (KIP-890)
 */
export const endTxn = api({
  key: 26,
  name: 'EndTxn',
  versions: [0, 5],
  flexibleSince: 3,
  listeners: ['broker'],
  request: struct({
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    committed: bool,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    producerId: field(int64, { since: 5, default: -1, ignorable: true }),
    producerEpoch: field(int16, { since: 5, default: -1, ignorable: true }),
  }),
})
