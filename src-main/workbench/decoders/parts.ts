import type { Preview } from '../../contract/views/records.ts'

/** Which bytes of a record. */
export type Part = 'key' | 'value' | 'header'

export type PreviewPart = (part: Part, bytes: Uint8Array) => Preview
