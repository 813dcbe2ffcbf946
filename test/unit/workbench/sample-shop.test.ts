import { describe, expect, it } from 'vitest'
import { newDecoding } from '../../../src-main/workbench/decoders/decoding.ts'
import { paymentAvro } from '../../../src-main/workbench/sample-shop/payment-avro.ts'
import { newPace, nextFreeMs, waitMaxMs } from '../../../src-main/workbench/sample-shop/shop-pace.ts'
import { nextPhase } from '../../../src-main/workbench/sample-shop/shop-readers.ts'
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

  it('reads at its pace, saves nothing up, and never waits so long that a rebalance would', () => {
    const at = (freeAtMs: number, atMs: number, records: number, perSecond: number) =>
      nextFreeMs(freeAtMs, atMs, { records, perSecond })
    expect(at(0, 1_000, 7, 7)).toBe(2_000)
    expect(at(1_500, 1_000, 7, 14)).toBe(2_000)
    expect(at(0, 1_000, 7, Number.POSITIVE_INFINITY)).toBe(1_000)
    expect([at(0, 1_000, 7_000, 7), at(0, 1_000, 1, 0)]).toEqual([1_000 + waitMaxMs, 1_000 + waitMaxMs])
  })

  it('lets nobody wait who is about to leave', async () => {
    const pace = newPace(() => 1)
    const waiting = pace.take(1_000)
    pace.end()
    await waiting
    await pace.take(1_000)
  })

  it('gets help after a minute, and lets it go when the lag is gone', () => {
    const about = { elapsedMs: 1_000, lag: undefined, ordersPerSecond: 20 }
    expect(nextPhase('alone', about)).toBe('alone')
    expect(nextPhase('alone', { ...about, elapsedMs: 60_001 })).toBe('together')
    expect(nextPhase('together', { ...about, elapsedMs: 60_001 })).toBe('together')
    expect(nextPhase('together', { ...about, lag: 21 })).toBe('together')
    expect(nextPhase('together', { ...about, lag: 20 })).toBe('alone')
  })
})
