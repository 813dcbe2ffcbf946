/** Names of decoders as a person reads them. */
const names: Readonly<Record<string, string>> = {
  auto: 'Automatic',
  empty: 'Empty',
  text: 'Text',
  json: 'JSON',
  hex: 'Hex',
  uuid: 'UUID',
  int32: '32-bit integer',
  int64: '64-bit integer',
  float64: '64-bit float',
  xml: 'XML',
  msgpack: 'MessagePack',
  cbor: 'CBOR',
  avro: 'Avro',
  protobuf: 'Protobuf',
  internal: 'Internal record',
}

export const decoderTitle = (name: string): string => names[name] ?? name.replace(/^schema:/, '')
