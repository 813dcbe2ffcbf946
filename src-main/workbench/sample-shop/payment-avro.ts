import { createRequire } from 'node:module'
import type { Type } from 'avsc'
import type { Payment } from './shop-records.ts'

// Not named `require`: the build declares that name itself.
const load = createRequire(import.meta.url)

const schema = {
  type: 'record',
  name: 'Payment',
  namespace: 'shop',
  fields: [
    { name: 'order', type: 'string' },
    { name: 'amountCents', type: 'long' },
    { name: 'method', type: { type: 'enum', name: 'Method', symbols: ['CARD', 'INVOICE', 'WALLET'] } },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
}

interface Encoding {
  readonly type: Type
  readonly long: Type
  readonly header: Uint8Array
}

let encoding: Encoding | undefined

/** A payment as an Avro container of one record: it carries its schema, so that it is readable without a registry. */
export function paymentAvro({ order, amountCents, method, atMs }: Payment): Uint8Array {
  const { type, long, header } = (encoding ??= newEncoding())
  const block = type.toBuffer({ order, amountCents, method, at: atMs })
  // One block of one record; the marker behind it is that of the header.
  return Uint8Array.from(Buffer.concat([header, long.toBuffer(1), long.toBuffer(block.length), block, header.subarray(-16)]))
}

function newEncoding(): Encoding {
  const { Type: types } = load('avsc') as { Type: { forSchema(schema: unknown): Type } }
  const metadata = types.forSchema({ type: 'map', values: 'bytes' })
  const fields = metadata.toBuffer({ 'avro.schema': Buffer.from(JSON.stringify(schema)), 'avro.codec': Buffer.from('null') })
  const header = Buffer.concat([Buffer.from('Obj\u0001', 'latin1'), fields, Buffer.alloc(16, 0xb5)])
  return { type: types.forSchema(schema), long: types.forSchema('long'), header }
}
