import { api } from '../api.ts'
import { int16, int32, int64 } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

/** A block of producer ids from the controller (KIP-730). */
export const allocateProducerIds = api({
  key: 67,
  name: 'AllocateProducerIds',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: struct({
    brokerId: int32,
    brokerEpoch: field(int64, { default: -1 }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    producerIdStart: int64,
    producerIdLen: int32,
  }),
})
