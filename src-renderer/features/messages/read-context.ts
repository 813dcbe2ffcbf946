import type { InputOf } from '../../../src-main/contract/contract.ts'

export type DecoderChoice = NonNullable<InputOf<'records.open'>['keyDecoder']>
export type RecordStart = InputOf<'records.open'>['start']

/** What the messages view reads: of which topic, from where to where, and how it decodes. */
export interface ReadContext {
  readonly connection: string
  readonly topic: string
  /** Null: all. */
  readonly partitions: readonly number[] | null
  readonly isolation: 'read-committed' | 'read-uncommitted'
  readonly keyDecoder: DecoderChoice
  readonly valueDecoder: DecoderChoice
  readonly start: RecordStart
  /** Records at or after this time are not part of it; null: no end. */
  readonly untilMs: number | null
}
