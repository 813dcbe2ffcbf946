import { describe, expect, it } from 'vitest'
import { hangingAmong, type OpenTransaction } from '../../../broker-core/client/admin/hanging-transactions.ts'

const open = (producerId: number, partition: number): OpenTransaction => ({
  ...{ topic: 'orders', partition, producerId, producerEpoch: 0, coordinatorEpoch: -1 },
  ...{ lastSequence: 0, lastTimestampMs: 0, transactionStartOffset: 4 },
})
const coordinated = (producerId: number, ...partitions: number[]) => ({
  producerId,
  partitions: partitions.map(partition => ({ topic: 'orders', partition })),
})

describe('which open transactions hang', () => {
  it.each([
    ['its producer has no transactional id', [open(1, 0)], [], [open(1, 0)]],
    ['its coordinator has the partition', [open(1, 0)], [coordinated(1, 0)], []],
    ['its coordinator has no transaction open', [open(1, 0)], [coordinated(1)], [open(1, 0)]],
    ['its coordinator has another partition only', [open(1, 0), open(1, 1)], [coordinated(1, 1)], [open(1, 0)]],
    ['another producer has the partition', [open(1, 0), open(2, 0)], [coordinated(2, 0)], [open(1, 0)]],
  ])('KIP-664: %s', (_, transactions, known, hanging) => {
    expect(hangingAmong(transactions, known)).toEqual(hanging)
  })
})
