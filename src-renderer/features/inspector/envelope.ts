import type { RecordDetail } from '../../../src-main/contract/views/records.ts'
import { recordEnvelope } from '../../places/record-envelope.ts'
import type { RecordWithBytes } from '../../places/record-envelope.ts'

export type RecordBytes = Pick<RecordWithBytes, 'key' | 'value' | 'headers'>

/** The record that is shown, as JSON in the form of the export. */
export const envelope = (detail: RecordDetail, bytes: RecordBytes): string => recordEnvelope({ ...detail, ...bytes })
