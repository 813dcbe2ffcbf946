import type { SelectOption } from '../../widgets/select.tsx'
import type { Encoding } from './produce-form.ts'

export const encodingOptions: readonly SelectOption<Encoding>[] = [
  { value: 'text', label: 'Text' },
  { value: 'json', label: 'JSON', hint: 'checked, sent as typed' },
  { value: 'hex', label: 'Hex' },
  { value: 'base64', label: 'Base64' },
  { value: 'int32', label: '32-bit integer' },
  { value: 'int64', label: '64-bit integer' },
  { value: 'float64', label: '64-bit float' },
  { value: 'uuid', label: 'UUID' },
  { value: 'msgpack', label: 'MessagePack', hint: 'typed as JSON' },
  { value: 'cbor', label: 'CBOR', hint: 'typed as JSON' },
  { value: 'schema', label: 'Schema', hint: 'of the folder, typed as JSON' },
  { value: 'registry', label: 'Registry', hint: 'Confluent wire format, typed as JSON' },
]

export const takesJson = (encoding: Encoding): boolean => ['json', 'msgpack', 'cbor', 'schema', 'registry'].includes(encoding)
