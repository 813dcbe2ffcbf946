import type { FilePosition, RecordCopy } from '../../../src-main/contract/views/records.ts'
import { formatBytes, formatCount, plural } from '../../widgets/format.ts'

/** Shares of the segment's length, 0 to 1. */
export interface SegmentStrip {
  readonly entryShare: number
  readonly batchShare: number
  readonly endShare: number
}

export function segmentStrip({ segmentBytes, position, sizeBytes, index }: FilePosition): SegmentStrip {
  const share = (at: number) => Math.max(0, Math.min(1, at / Math.max(1, segmentBytes)))
  return { entryShare: share(index.position), batchShare: share(position), endShare: share(position + sizeBytes) }
}

/** Where a directory is told, but not what is in it, the directory. */
export function filePath({ directory, file }: RecordCopy): string | null {
  if (directory === null || file === null) return directory
  const separator = directory.includes('\\') ? '\\' : '/'
  return `${directory}${separator}${file.segment}`
}

export interface Step {
  readonly title: string
  readonly text: string
}

/** How a broker finds the record, in the order in which it does. */
export function batchSteps(file: FilePosition, offset: number): readonly Step[] {
  const { index, position, sizeBytes, scannedBatches, baseOffset, lastOffset } = file
  const entries = plural(index.entries, 'entry', 'entries')
  // A broker writes its entries together: those of the last records are not on the disk yet.
  const isNewest = file.isActive && index.entry === index.entries && scannedBatches > 1
  const scanned = formatBytes(position - index.position)
  return [
    {
      title: 'Index',
      text:
        index.entry === 0
          ? `${index.entries === 0 ? 'no entries on disk yet' : `none of ${entries} lies before it`}: reading starts with the segment`
          : `entry ${formatCount(index.entry)} of ${entries} leads to it: offset ${formatCount(index.offset)} at position ${formatCount(index.position)}${isNewest ? '; newer entries are still in the memory of the broker' : ''}`,
    },
    {
      title: 'Scan',
      text:
        scannedBatches <= 1
          ? 'the entry leads to the batch itself'
          : `${plural(scannedBatches - 1, 'batch', 'batches')} (${scanned}) passed over by their headers`,
    },
    {
      title: 'Batch',
      text: `position ${formatCount(position)}, ${formatCount(sizeBytes)} bytes: offsets ${formatCount(baseOffset)} to ${formatCount(lastOffset)}`,
    },
    { title: 'Record', text: `${ordinal(offset - baseOffset)} offset of the batch` },
  ]
}

function ordinal(index: number): string {
  const number = index + 1
  const isTeen = number % 100 >= 11 && number % 100 <= 13
  const ending = isTeen ? 'th' : (({ 1: 'st', 2: 'nd', 3: 'rd' } as Record<number, string>)[number % 10] ?? 'th')
  return `${formatCount(number)}${ending}`
}
