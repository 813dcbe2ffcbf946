import type { LocalSchema } from '../../src-main/contract/views/app.ts'
import { chainOf } from './decoder-chain.ts'
import type { DecoderChoice } from './decoder-choice.ts'
import { decoderTitle } from './decoder-titles.ts'

export interface DecoderOption {
  readonly choice: DecoderChoice
  readonly label: string
  readonly hint: string
}
export interface DecoderGroup {
  readonly title: string
  readonly options: readonly DecoderOption[]
}

const formats = [
  ...(['text', 'json', 'xml', 'avro', 'protobuf', 'msgpack', 'cbor', 'int32', 'int64', 'float64'] as const),
  ...(['uuid', 'internal', 'hex'] as const),
]
const chains = ['base64>json', 'gunzip>json', 'base64>gunzip>json', 'base64>protobuf', 'skip-5>avro'] as const
/** Of a large schema folder; typing narrows them down. */
const schemasShownMax = 100

export interface DecoderWish {
  readonly schemas: readonly LocalSchema[]
  readonly choice: DecoderChoice
  /** Those that suit the bytes at hand, where some are; they come first. */
  readonly suited: readonly string[]
  readonly typed: string
}

/** What can be chosen instead of the automatic choice: formats, schemas of the folder, chains; and what was typed, if it is a chain. */
export function decoderGroups({ schemas, choice, suited, typed }: DecoderWish): DecoderGroup[] {
  const text = typed.trim().toLowerCase()
  const isWanted = ({ label, choice: name, hint }: DecoderOption) => `${label} ${name} ${hint}`.toLowerCase().includes(text)
  const ordered = [...formats].sort((a, b) => Number(suited.includes(b)) - Number(suited.includes(a)))
  const own = chainOf(typed) ?? (choice.includes('>') ? choice : undefined)
  const chainNames = [...new Set<DecoderChoice>([...(own === undefined ? [] : [own]), ...chains])]
  const groups: DecoderGroup[] = [
    { title: 'Formats', options: ordered.map(name => ({ choice: name, label: decoderTitle(name), hint: '' })) },
    { title: 'Schema folder', options: schemas.map(schemaOption) },
    { title: 'Chains', options: chainNames.map(name => ({ choice: name, label: decoderTitle(name), hint: name })) },
  ]
  return groups
    .map(({ title, options }) => ({ title, options: options.filter(isWanted).slice(0, schemasShownMax) }))
    .filter(({ options }) => options.length > 0)
}

const schemaOption = ({ name, type, file }: LocalSchema): DecoderOption => ({
  choice: `schema:${name}`,
  label: name,
  hint: `${{ AVRO: 'Avro', PROTOBUF: 'Protobuf', JSON: 'JSON' }[type]} · ${file}`,
})
