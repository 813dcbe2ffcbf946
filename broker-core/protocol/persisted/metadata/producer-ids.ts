import { message } from '../../message.ts'
import { int32, int64 } from '../../schema/primitives.ts'
import { field, struct } from '../../schema/struct.ts'

/** A block of producer ids was handed to a broker (KIP-730). */
export const producerIdsRecord = message({
  name: 'ProducerIdsRecord',
  key: 15,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    brokerId: int32,
    brokerEpoch: field(int64, { default: -1 }),
    nextProducerId: int64,
  }),
})
