import type { EpochStart } from './epoch-cache.ts'

/** The text checkpoints (SEMANTICS 2.8): a line `0`, the number of entries, the entries. */
export class CorruptCheckpoint extends Error {
  override readonly name = 'CorruptCheckpoint'
}

export interface PartitionOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

const encodeLines = (lines: readonly string[]): string => ['0', String(lines.length), ...lines].join('\n') + '\n'

/** Throws CorruptCheckpoint. */
function decodeLines(text: string): string[] {
  if (text.trim() === '') return []
  const [version, count, ...lines] = text.split('\n').filter(line => line.trim() !== '')
  if (version?.trim() !== '0') throw new CorruptCheckpoint(`unknown version ${version}`)
  if (Number(count) !== lines.length) throw new CorruptCheckpoint(`${count} entries announced, ${lines.length} found`)
  return lines
}

const integer = (text: string | undefined): number => {
  if (text === undefined || !/^-?\d+$/.test(text)) throw new CorruptCheckpoint(`${text} is no number`)
  return Number(text)
}

export const encodePartitionOffsets = (entries: readonly PartitionOffset[]): string =>
  encodeLines(entries.map(entry => `${entry.topic} ${entry.partition} ${entry.offset}`))

/** Throws CorruptCheckpoint. */
export const decodePartitionOffsets = (text: string): PartitionOffset[] =>
  decodeLines(text).map(line => {
    const [topic, partition, offset, ...rest] = line.trim().split(/\s+/)
    if (topic === undefined || rest.length > 0) throw new CorruptCheckpoint(`malformed line: ${line}`)
    return { topic, partition: integer(partition), offset: integer(offset) }
  })

export const encodeEpochs = (entries: readonly EpochStart[]): string =>
  encodeLines(entries.map(entry => `${entry.epoch} ${entry.startOffset}`))

/** Throws CorruptCheckpoint. */
export const decodeEpochs = (text: string): EpochStart[] =>
  decodeLines(text).map(line => {
    const [epoch, startOffset, ...rest] = line.trim().split(/\s+/)
    if (rest.length > 0) throw new CorruptCheckpoint(`malformed line: ${line}`)
    return { epoch: integer(epoch), startOffset: integer(startOffset) }
  })
