import { describe, expect, it } from 'vitest'
import { newDecoding } from '../../../src-main/workbench/decoders/decoding.ts'
import { paymentAvro } from '../../../src-main/workbench/sample-shop/payment-avro.ts'
import { advance } from '../../../src-main/workbench/sample-shop/shop-readers.ts'
import { seededFraction, shopEvents } from '../../../src-main/workbench/sample-shop/shop-records.ts'
import { shopTopicNames } from '../../../src-main/workbench/sample-shop/shop-topics.ts'

describe('the sample shop', () => {
  it('makes the same shop from the same seed, with a record for every topic, readable without any setting', () => {
    const make = () => {
      const fraction = seededFraction(7)
      return Array.from({ length: 30 }, (_, number) => shopEvents(number, 1_700_000_000_000 + number, fraction))
    }
    const events = make()
    expect(events).toEqual(make())
    const records = events.flatMap(it => it.records)
    expect(new Set([...records.map(record => record.topic), 'payments'])).toEqual(new Set(shopTopicNames))
    const decoders = new Map(
      records.map(record => {
        const decoding = newDecoding({ topic: record.topic, key: 'auto', value: 'auto' })
        return [record.topic, record.value === null ? 'tombstone' : decoding.preview('value', record.value).decoder]
      }),
    )
    expect(Object.fromEntries(decoders)).toMatchObject({
      orders: 'json',
      'page-views': 'msgpack',
      'shop-log': 'text',
      shipments: 'json',
    })
  })

  it('writes payments as Avro that carries its schema', () => {
    const { payment } = shopEvents(1, 1_700_000_000_000, seededFraction(1))
    const decoding = newDecoding({ topic: 'payments', key: 'auto', value: 'auto' })
    const value = paymentAvro(payment)
    expect(decoding.preview('value', value).decoder).toBe('avro')
    expect(JSON.parse(decoding.compact('value', value))).toEqual({
      order: payment.order,
      amountCents: payment.amountCents,
      method: payment.method,
      at: payment.atMs,
    })
  })

  it('shares out what a slow group reads by what waits, and reads no more than there is', () => {
    const partitions = [
      { from: 0, offset: 100 },
      { from: 50, offset: 50 },
      { from: 10, offset: 40 },
    ]
    const moves = advance(partitions, 13)
    expect(moves.reduce((sum, it) => sum + it.to - it.from, 0)).toBe(13)
    expect(moves[1]?.to).toBe(50)
    expect(advance(partitions, Number.POSITIVE_INFINITY).map(it => it.to)).toEqual([100, 50, 40])
    expect(advance(partitions, 0).map(it => it.to)).toEqual([0, 50, 10])
  })
})
