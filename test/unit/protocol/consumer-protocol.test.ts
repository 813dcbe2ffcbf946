import { describe, expect, it } from 'vitest'
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
} from '../../../broker-core/protocol/embedded/consumer-protocol.ts'
import { decodeVersioned, decodeVersionedLeniently, encodeVersioned } from '../../../broker-core/protocol/message.ts'

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytesOf = (...parts: readonly string[]): Uint8Array =>
  new Uint8Array(Buffer.from(parts.join('').replaceAll(' ', ''), 'hex'))

const subscription = {
  topics: ['t'],
  userData: null,
  ownedPartitions: [{ topic: 't', partitions: [1, 2] }],
  generationId: 4,
  rackId: 'r',
}
/** Version 3 by hand: topics, user data, owned partitions (v1), generation (v2), rack (v3). */
const subscriptionHex = [
  '0003',
  '00000001 0001 74',
  'ffffffff',
  '00000001 0001 74 00000002 00000001 00000002',
  '00000004',
  '0001 72',
]

describe("the consumer's embedded protocol", () => {
  it('is written behind its version, never compact', () => {
    expect(hexOf(encodeVersioned(consumerProtocolSubscription, 3, subscription))).toBe(hexOf(bytesOf(...subscriptionHex)))
    const assignment = { assignedPartitions: [{ topic: 't', partitions: [7] }], userData: new Uint8Array([9]) }
    const written = encodeVersioned(consumerProtocolAssignment, 0, assignment)
    expect(hexOf(written)).toBe(hexOf(bytesOf('0000', '00000001 0001 74 00000001 00000007', '00000001 09')))
    expect(decodeVersioned(consumerProtocolAssignment, written)).toEqual(assignment)
  })

  it('older versions lack what came later, which older readers are not told', () => {
    const old = encodeVersioned(consumerProtocolSubscription, 0, subscription)
    expect(decodeVersioned(consumerProtocolSubscription, old)).toEqual({
      topics: ['t'],
      userData: null,
      ownedPartitions: [],
      generationId: -1,
      rackId: null,
    })
  })

  it('newer versions than we know are read as the newest that we know, and only where that is meant', () => {
    const [, ...rest] = subscriptionHex
    const newer = bytesOf('0009', ...rest, 'abcdef')
    expect(decodeVersionedLeniently(consumerProtocolSubscription, newer)).toEqual(subscription)
    expect(() => decodeVersioned(consumerProtocolSubscription, newer)).toThrow('no version 9')
    expect(() => decodeVersionedLeniently(consumerProtocolSubscription, bytesOf('ffff', ...rest))).toThrow('no version -1')
  })

  it('what is cut off is refused', () => {
    const whole = bytesOf(...subscriptionHex)
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeVersioned(consumerProtocolSubscription, whole.subarray(0, length))).toThrow()
    }
  })
})
