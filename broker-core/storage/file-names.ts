/** Names inside a log directory and a partition directory (SEMANTICS 2.1 and 2.2). */
export type SegmentFileKind = '.log' | '.index' | '.timeindex' | '.txnindex' | '.snapshot'

export const deletedSuffix = '.deleted'
export const cleanedSuffix = '.cleaned'
export const swapSuffix = '.swap'

const directoryNameMax = 255

/** 20 digits, zero padded, then the kind. */
export const segmentFileName = (offset: number, kind: SegmentFileKind): string => String(offset).padStart(20, '0') + kind

export interface SegmentFileName {
  readonly offset: number
  readonly kind: SegmentFileKind
  readonly suffix: '' | typeof deletedSuffix | typeof cleanedSuffix | typeof swapSuffix
}

const segmentFilePattern = /^(\d{20})(\.log|\.index|\.timeindex|\.txnindex|\.snapshot)(\.deleted|\.cleaned|\.swap|)$/

/** Undefined for files that are no part of a segment. */
export function parseSegmentFileName(name: string): SegmentFileName | undefined {
  const match = segmentFilePattern.exec(name)
  if (match === null) return undefined
  return {
    offset: Number(match[1]),
    kind: match[2] as SegmentFileKind,
    suffix: match[3] as SegmentFileName['suffix'],
  }
}

export type DirectorySuffix = '-delete' | '-future' | '-stray'

export interface PartitionDirectoryName {
  readonly topic: string
  readonly partition: number
  readonly suffix: DirectorySuffix | undefined
}

export const partitionDirectoryName = (topic: string, partition: number): string => `${topic}-${partition}`

/** `<topic>-<partition>.<32 hex>-delete`, the topic part cut so that the whole stays within 255 characters. */
export function suffixedDirectoryName(topic: string, partition: number, uniqueHex: string, suffix: DirectorySuffix): string {
  const tail = `-${partition}.${uniqueHex}${suffix}`
  return topic.slice(0, directoryNameMax - tail.length) + tail
}

/** Kafka moves no replica whose copy would have to have its topic's name cut. */
export const futureNameFits = (topic: string, partition: number): boolean =>
  `${topic}-${partition}.`.length + 32 + '-future'.length <= directoryNameMax

const suffixedPattern = /^(.*)-(\d+)\.[0-9a-f]{32}(-delete|-future|-stray)$/
const livePattern = /^(.+)-(\d+)$/

/** The partition number is what follows the last `-`; suffixes go from the last `.` on. Undefined for other directories. */
export function parsePartitionDirectoryName(name: string): PartitionDirectoryName | undefined {
  const suffixed = suffixedPattern.exec(name)
  if (suffixed !== null) {
    return { topic: suffixed[1]!, partition: Number(suffixed[2]), suffix: suffixed[3] as DirectorySuffix }
  }
  const live = livePattern.exec(name)
  if (live === null || !Number.isSafeInteger(Number(live[2]))) return undefined
  return { topic: live[1]!, partition: Number(live[2]), suffix: undefined }
}
