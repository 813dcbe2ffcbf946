import { describe, expect, it } from 'vitest'
import { CompressionError } from '../../../broker-core/env/codec.ts'
import { CorruptRecords } from '../../../broker-core/records/record-varint.ts'
import { toFailure } from '../../../src-main/workbench/failures.ts'

describe('what a window is told of an error', () => {
  it.each([new CorruptRecords('orders-0: CRC of the batch at offset 17 is wrong'), new CompressionError('no gzip stream')])(
    'damaged bytes are no mistake of ours: %s',
    error => {
      expect(toFailure(error)).toMatchObject({ code: 'BROKER', kafkaError: 'CORRUPT_MESSAGE', retriable: false })
      expect(toFailure(error).message).toContain(error.message)
    },
  )

  it('a mistake of ours is not explained to the window', () => {
    expect(toFailure(new TypeError('undefined is not a function'))).toMatchObject({ code: 'BUG' })
  })
})
