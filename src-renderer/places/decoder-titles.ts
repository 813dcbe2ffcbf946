/** Names of decoders as a person reads them. */
export const decoderTitles: Readonly<Record<string, string>> = {
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

/** A decoder, a schema or a chain of steps as a person reads it. */
export const decoderTitle = (name: string): string =>
  name.includes('>') ? name.split('>').map(lastTitle).join(' › ') : (decoderTitles[name] ?? name.replace(/^schema:/, ''))

const lastTitle = (step: string): string => decoderTitles[step] ?? step.replace(/^schema:/, '')
