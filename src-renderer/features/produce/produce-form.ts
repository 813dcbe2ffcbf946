import type { InputOf } from '../../../src-main/contract/contract.ts'
import { typableDraft } from '../../places/bytes-text.ts'
import type { DraftText, ProduceDraft } from '../../places/produce-draft.ts'
import { timestampOf } from './timestamp-text.ts'

type ProduceOrder = InputOf<'records.produce'>
export type Encoding = NonNullable<ProduceOrder['key']>['encoding']
export type Acks = NonNullable<ProduceOrder['acks']>
export type Compression = NonNullable<ProduceOrder['compression']>

/** A key, value or header value as it stands in the form. */
export interface PartField {
  readonly encoding: Encoding
  readonly text: string
  /** Null key, tombstone: the text is kept, but not sent. */
  readonly isNull: boolean
  /** For the encoding `schema`: its name in the schema folder. */
  readonly schema: string
  /** For the encoding `registry`: a subject. */
  readonly subject: string
}

export interface HeaderField {
  readonly id: number
  readonly name: string
  readonly value: PartField
}

export interface ProduceForm {
  readonly key: PartField
  readonly value: PartField
  readonly headers: readonly HeaderField[]
  /** `auto` or a partition number. */
  readonly partition: string
  /** Empty: now. */
  readonly timestamp: string
  readonly acks: Acks
  readonly compression: Compression
}

const emptyPart: PartField = { encoding: 'text', text: '', isNull: false, schema: '', subject: '' }

export const emptyForm: ProduceForm = {
  key: { ...emptyPart, isNull: true },
  value: emptyPart,
  headers: [],
  partition: 'auto',
  timestamp: '',
  acks: 'all',
  compression: 'none',
}

/** What is typed is meant: a part is null only until then, or by its switch. */
export const withText = (part: PartField, text: string): PartField => ({ ...part, text, isNull: part.isNull && text === '' })

export const withHeader = (form: ProduceForm): ProduceForm => ({
  ...form,
  headers: [...form.headers, { id: Math.max(0, ...form.headers.map(header => header.id)) + 1, name: '', value: emptyPart }],
})

export const changedHeader = (form: ProduceForm, changed: HeaderField): ProduceForm => ({
  ...form,
  headers: form.headers.map(header => (header.id === changed.id ? changed : header)),
})

export const withoutHeader = (form: ProduceForm, id: number): ProduceForm => ({
  ...form,
  headers: form.headers.filter(header => header.id !== id),
})

/** A record that was read, ready to be changed and sent; how it is sent stays as it was chosen. */
export function formOfDraft(form: ProduceForm, draft: ProduceDraft): ProduceForm {
  return {
    ...form,
    partition: draft.partition === null ? 'auto' : String(draft.partition),
    key: partOfDraft(draft.key),
    value: partOfDraft(draft.value),
    headers: draft.headers.map(({ name, value }, index) => ({ id: index + 1, name, value: partOfDraft(value) })),
    timestamp: '',
  }
}

function partOfDraft(draft: DraftText | null): PartField {
  if (draft === null) return { ...emptyPart, isNull: true }
  const { encoding, text } = typableDraft(draft)
  return { ...emptyPart, encoding, text }
}

/** A problem of one field, in words. */
export interface FormProblems {
  readonly key?: string
  readonly value?: string
  readonly timestamp?: string
}

/** What can be seen without asking: main looks at everything again. Templates are judged when they are filled in. */
export function problemsOf(form: ProduceForm, timeZone: string): FormProblems {
  const [key, value] = [partProblem(form.key), partProblem(form.value)]
  const time = timestampOf(form.timestamp, timeZone)
  return {
    ...(key === undefined ? {} : { key }),
    ...(value === undefined ? {} : { value }),
    ...(time === undefined ? { timestamp: 'ISO time, local time, or seconds or milliseconds since 1970' } : {}),
  }
}

export function partProblem({ encoding, text, isNull, schema, subject }: PartField): string | undefined {
  if (isNull) return undefined
  if (encoding === 'schema' && schema === '') return 'Choose a schema'
  if (encoding === 'registry' && subject === '') return 'Choose a subject'
  if (['json', 'msgpack', 'cbor', 'schema', 'registry'].includes(encoding)) return jsonProblem(text)
  const digits = text.replace(/0x|[\s:,-]/gi, '')
  if (encoding === 'hex' && (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits))) return 'Not hex: pairs of 0-9 and a-f are'
  return undefined
}

function jsonProblem(text: string): string | undefined {
  if (text.trim() === '') return 'Empty is not JSON: choose text, or a null'
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return `Not JSON: ${(error as Error).message}`
  }
}

type Typed = NonNullable<ProduceOrder['key']> | null

const typed = (part: PartField): Typed => {
  if (part.isNull) return null
  const { encoding, text, subject } = part
  if (encoding === 'registry') return { encoding, text, subject }
  return encoding === 'schema' ? { encoding, text, schema: `schema:${part.schema}` } : { encoding, text }
}

/** The form as `records.produceMany` takes it, which has no timestamp of its own. */
export const recordOrder = (form: ProduceForm) => ({
  partition: form.partition === 'auto' ? null : Number(form.partition),
  key: typed(form.key),
  value: typed(form.value),
  headers: form.headers.map(({ name, value }) => ({ name, value: typed(value) })),
  acks: form.acks,
  compression: form.compression,
})

export const produceOrder = (connection: string, topic: string, form: ProduceForm, timeZone: string): ProduceOrder => ({
  connection,
  topic,
  ...recordOrder(form),
  timestampMs: timestampOf(form.timestamp, timeZone) ?? null,
})
