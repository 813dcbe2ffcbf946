import type { InputOf } from '../../src-main/contract/contract.ts'
import { useRemembered } from '../preferences/use-remembered.ts'

export type DecoderChoice = NonNullable<InputOf<'records.detail'>['valueDecoder']>

/** How key and value of one topic are decoded, as the person chose it. */
export interface DecoderChoices {
  readonly key: DecoderChoice
  readonly value: DecoderChoice
}

const automatic: DecoderChoices = { key: 'auto', value: 'auto' }

const isDecoderChoices = (value: unknown): value is DecoderChoices =>
  typeof value === 'object' &&
  value !== null &&
  'key' in value &&
  'value' in value &&
  typeof value.key === 'string' &&
  typeof value.value === 'string'

/** The same for every screen of the topic, kept over restarts. */
export const useDecoderChoices = (
  connection: string,
  topic: string,
): readonly [DecoderChoices, (choices: DecoderChoices) => void] =>
  useRemembered(`decoders.${connection}.${topic}`.slice(0, 200), automatic, isDecoderChoices)
