import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const transactionState = struct({
  transactionalId: string,
  producerId: int64,
  transactionState: string,
})

/**
 * Transactions of which this broker is the coordinator (KIP-664).
 * - v1: request durationFilter (KIP-994, KIP-1152)
 * - v2: request transactionalIdPattern (KIP-1152)
 */
export const listTransactions = api({
  key: 66,
  name: 'ListTransactions',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    stateFilters: array(string),
    producerIdFilters: array(int64),
    durationFilter: field(int64, { since: 1, default: -1 }),
    transactionalIdPattern: field(nullableString, { since: 2, default: null }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    unknownStateFilters: array(string),
    transactionStates: array(transactionState),
  }),
})
