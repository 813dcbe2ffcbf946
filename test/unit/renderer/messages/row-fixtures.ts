import type { Preview, RecordRow } from '../../../../src-main/contract/views/records.ts'

export const preview = (text: string, more: Partial<Preview> = {}): Preview => ({
  ...{ text, truncated: false, decoder: 'text', reason: 'readable UTF-8', sizeBytes: text.length },
  ...more,
})

export const row = (partition: number, offset: number, more: Partial<RecordRow> = {}): RecordRow => ({
  ...{ partition, offset, timestampMs: 1_000 + offset, timestampType: 'create', runsBackwards: false },
  ...{ key: preview(`k-${offset}`), value: preview(`v-${offset}`), headers: [], headerCount: 0, sizeBytes: 10 },
  ...{ transaction: null, control: null, fields: [], batch: null },
  ...more,
})
