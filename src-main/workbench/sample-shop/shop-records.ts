import { encode } from '@msgpack/msgpack'
import type { RecordToSend } from '../../../broker-core/client/producing/producer-options.ts'

/** Numbers in [0, 1): the same seed makes the same shop. */
export type Fraction = () => number

export function seededFraction(seed: number): Fraction {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const goods = [
  ['KB-104', 'Mechanical keyboard', 129.9],
  ['LP-022', 'Desk lamp, warm', 39.5],
  ['NB-310', 'Notebook A5, dotted', 7.2],
  ['HP-871', 'Headphones', 219],
  ['CF-001', 'Coffee beans 1 kg', 18.9],
  ['BP-455', 'Backpack 22 l', 89],
  ['CB-012', 'USB-C cable 2 m', 12.5],
  ['MS-077', 'Mouse', 59.9],
] as const

const customers = [
  ['Ada Winter', 'Berlin', 'de-DE'],
  ['Grace Okafor', 'Lagos', 'en-NG'],
  ['Mateo Ruiz', 'Sevilla', 'es-ES'],
  ['Yuki Tanaka', '大阪', 'ja-JP'],
  ['Leïla Haddad', 'Tunis', 'ar-TN'],
  ['Björn Åkesson', 'Malmö', 'sv-SE'],
  ['Zoë Martin', 'Lyon', 'fr-FR'],
  ['Sam 🚲 Carter', 'Leeds', 'en-GB'],
] as const

/** More than names: keys spread over partitions. */
const customerCount = 120

const pages = ['/', '/search?q=keyboard', '/p/KB-104', '/p/HP-871', '/cart', '/checkout'] as const

/** One order with all that follows from it. */
export interface ShopEvents {
  readonly records: readonly RecordToSend[]
  readonly payment: Payment
}

export interface Payment {
  readonly key: Uint8Array
  readonly order: string
  readonly amountCents: number
  readonly method: 'CARD' | 'INVOICE' | 'WALLET'
  readonly atMs: number
}

/** The next order and what it causes. `number` counts up and gives the ids. */
export function shopEvents(number: number, nowMs: number, fraction: Fraction): ShopEvents {
  const customerIndex = pick(customerCount, fraction)
  const [name, city, locale] = customers[customerIndex % customers.length] as (typeof customers)[number]
  const customer = `C-${1_000 + customerIndex}`
  const order = `A-${1_000 + number}`
  const lines = orderLines(fraction)
  const total = Math.round(lines.reduce((sum, line) => sum + line.price * line.quantity, 0) * 100) / 100
  const value = { id: order, customer, name, city, total, currency: 'EUR', lines, createdAt: new Date(nowMs).toISOString() }
  const records: RecordToSend[] = [
    { topic: 'orders', key: utf8(customer), value: utf8(JSON.stringify(value)), timestampMs: nowMs },
    ...pageViews(customer, nowMs, fraction),
    {
      topic: 'shop-log',
      key: null,
      value: utf8(`${new Date(nowMs).toISOString()} INFO  order ${order} of ${name} (${city}): ${total.toFixed(2)} EUR`),
      timestampMs: nowMs,
    },
  ]
  if (number % 3 === 0) records.push(shipment(order, { nowMs, fraction }))
  if (number % 5 === 0) records.push(profile({ customer, name, city, locale, number, nowMs }))
  const method = (['CARD', 'INVOICE', 'WALLET'] as const)[pick(3, fraction)] ?? 'CARD'
  return { records, payment: { key: utf8(order), order, amountCents: Math.round(total * 100), method, atMs: nowMs } }
}

function orderLines(fraction: Fraction) {
  return Array.from({ length: 1 + pick(3, fraction) }, () => {
    const [sku, title, price] = goods[pick(goods.length, fraction)] as (typeof goods)[number]
    return { sku, title, price, quantity: 1 + pick(2, fraction) }
  })
}

function pageViews(customer: string, nowMs: number, fraction: Fraction): RecordToSend[] {
  return Array.from({ length: 1 + pick(2, fraction) }, () => ({
    topic: 'page-views',
    key: utf8(customer),
    value: encode({
      path: pages[pick(pages.length, fraction)],
      ms: 20 + pick(400, fraction),
      mobile: fraction() < 0.4,
      at: nowMs,
    }),
    timestampMs: nowMs,
  }))
}

function shipment(order: string, about: { nowMs: number; fraction: Fraction }): RecordToSend {
  const carrier = ['dhl', 'ups', 'gls'][pick(3, about.fraction)] ?? 'dhl'
  const parcel = `${carrier.toUpperCase()}${100_000_000 + pick(899_999_999, about.fraction)}`
  return {
    topic: 'shipments',
    key: utf8(order),
    value: utf8(JSON.stringify({ order, parcel, weightGrams: 200 + pick(4_000, about.fraction), state: 'LABEL_PRINTED' })),
    headers: [
      { key: 'carrier', value: utf8(carrier) },
      { key: 'traceparent', value: utf8(`00-${hex(32, about.fraction)}-${hex(16, about.fraction)}-01`) },
    ],
    timestampMs: about.nowMs,
  }
}

/** Compacted: the last record of a customer wins; now and then one leaves (a tombstone). */
function profile(it: {
  customer: string
  name: string
  city: string
  locale: string
  number: number
  nowMs: number
}): RecordToSend {
  const { customer, number, nowMs, ...rest } = it
  const value = number % 200 === 0 ? null : utf8(JSON.stringify({ customer, ...rest, version: number }))
  return { topic: 'profiles', key: utf8(customer), value, timestampMs: nowMs }
}

const pick = (count: number, fraction: Fraction): number => Math.floor(fraction() * count)
const hex = (digits: number, fraction: Fraction): string =>
  Array.from({ length: digits }, () => pick(16, fraction).toString(16)).join('')
