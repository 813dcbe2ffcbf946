import { batchLastOffset } from '../records/batch-header.ts'
import { decodeEpochs } from './checkpoints.ts'
import type { DirectoryFiles } from './directory-files.ts'
import { EpochCache } from './epoch-cache.ts'
import { cleanedSuffix, deletedSuffix, parseSegmentFileName, segmentFileName, swapSuffix } from './file-names.ts'
import { Log } from './log.ts'
import { type LogConfig, parseLogConfig } from './log-config.ts'
import type { LogContext } from './log-context.ts'
import type { LogConfigInput } from './partition-log.ts'
import { ProducerSnapshots } from './producer-snapshots.ts'
import { ProducerStates } from './producer-state.ts'
import { recoverSegment } from './recovery.ts'
import type { Segment } from './segment.ts'
import { createSegment, deleteSegmentFiles, loadSegment } from './segment-files.ts'
import { SegmentList } from './segment-list.ts'
import { scanBatchHeaders } from './segment-scan.ts'

export interface LogToLoad {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
  readonly directory: string
  readonly config: LogConfigInput
  /** DISK-32: no scan. */
  readonly wasClean: boolean
  /** Made just now, nothing of it is durable. */
  readonly isNew: boolean
  /** What the checkpoints say; undefined when they do not know this partition. */
  readonly recoveryPoint: number | undefined
  readonly logStartOffset: number | undefined
  readonly highWatermark: number | undefined
  /** Of the cleaner's checkpoint: below it compaction may have left gaps between segments. */
  readonly firstDirtyOffset: number | undefined
  onProgress?(doneBytes: number, totalBytes: number): void
}

/** Opens the log in a directory that exists (SEMANTICS 2.10); an empty directory becomes an empty log. */
export function loadLog(spec: LogToLoad, context: LogContext): Log {
  const config = parseLogConfig(spec.config)
  completeReplacements(context, spec.directory)
  const segments = new SegmentList()
  for (const offset of logFileOffsets(context.files, spec.directory)) {
    segments.add(loadSegment(context, spec.directory, offset, config))
  }
  const loading = new LoadingLog(spec, context, config, segments)
  return loading.finish()
}

/** What recovery of the log in `directory` will have to read. */
export function bytesToScan(files: DirectoryFiles, directory: string, recoveryPoint: number): number {
  const offsets = logFileOffsets(files, directory)
  const holding = offsets.findLastIndex(offset => offset <= recoveryPoint)
  const paths = offsets.slice(Math.max(0, holding)).map(offset => `${directory}/${segmentFileName(offset, '.log')}`)
  return paths.reduce((sum, path) => sum + files.sizeOf(path), 0)
}

class LoadingLog {
  readonly #spec: LogToLoad
  readonly #context: LogContext
  readonly #config: LogConfig
  readonly #segments: SegmentList
  readonly #epochs: EpochCache
  readonly #producers = new ProducerStates()
  readonly #snapshots: ProducerSnapshots

  constructor(spec: LogToLoad, context: LogContext, config: LogConfig, segments: SegmentList) {
    this.#spec = spec
    this.#context = context
    this.#config = config
    this.#segments = segments
    this.#epochs = loadEpochs(context, spec.directory)
    this.#snapshots = new ProducerSnapshots(context, spec.directory)
  }

  finish(): Log {
    const spec = this.#spec
    const unflushed = spec.wasClean ? [] : this.#segments.from(spec.recoveryPoint ?? 0)
    this.#rebuildBrokenIndexes(this.#segments.all.slice(0, this.#segments.count - unflushed.length))
    const recovered = this.#recover(unflushed)
    if (this.#segments.count === 0) this.#addSegment(spec.logStartOffset ?? 0)
    this.#segments.active.findMaxTimestamp()
    let logEndOffset = recovered ?? this.#segments.active.nextOffset()
    if (logEndOffset < (spec.logStartOffset ?? 0)) logEndOffset = this.#restartAt(spec.logStartOffset!)
    const logStartOffset = Math.max(spec.logStartOffset ?? 0, this.#segments.first.baseOffset)
    this.#epochs.truncateFromEnd(logEndOffset)
    this.#epochs.truncateFromStart(logStartOffset)
    const highWatermark = Math.max(Math.min(spec.highWatermark ?? 0, logEndOffset), logStartOffset)
    const known = spec.highWatermark === undefined ? undefined : highWatermark
    this.#snapshots.reload(this.#producers, this.#segments, { logStartOffset, logEndOffset, highWatermark: known })
    this.#snapshots.removeStray(this.#segments.baseOffsets)
    const log = new Log(
      {
        topic: spec.topic,
        partition: spec.partition,
        topicId: spec.topicId,
        directory: spec.directory,
        config: spec.config,
        segments: this.#segments,
        epochs: this.#epochs,
        producers: this.#producers,
        snapshots: this.#snapshots,
        logStartOffset,
        logEndOffset,
        highWatermark,
        recoveryPoint: spec.wasClean ? logEndOffset : Math.min(spec.recoveryPoint ?? 0, logEndOffset),
        firstDirtyOffset: spec.firstDirtyOffset,
        isDirectoryDurable: spec.wasClean,
        isNew: spec.isNew,
      },
      this.#context,
    )
    return log
  }

  /** DISK-13, DISK-30 (g). */
  #rebuildBrokenIndexes(flushed: readonly Segment[]): void {
    for (const segment of flushed) {
      if (segment.hasSoundIndexes(this.#context.files)) continue
      const { isWhole, nextOffset } = this.#recoverOne(segment, segment.baseOffset, undefined)
      if (!isWhole) this.#tellCut(nextOffset, 0)
    }
  }

  /** DISK-31: returns the log end. */
  #recover(unflushed: readonly Segment[]): number | undefined {
    const first = unflushed[0]
    if (first === undefined) return undefined
    this.#epochs.truncateFromEnd(first.baseOffset)
    this.#snapshots.reload(this.#producers, this.#segments, this.#before(first))
    const totalBytes = unflushed.reduce((sum, segment) => sum + segment.sizeBytes, 0)
    let doneBytes = 0
    let nextOffset = first.baseOffset
    for (const [index, segment] of unflushed.entries()) {
      if (this.#isHole(nextOffset, segment)) {
        this.#dropLost(unflushed.slice(index), nextOffset)
        break
      }
      const result = this.#recoverOne(segment, nextOffset, bytes => {
        doneBytes += bytes
        this.#spec.onProgress?.(doneBytes, totalBytes)
      })
      nextOffset = result.nextOffset
      if (result.isWhole) continue
      // What was cut off must not come back behind what will be appended, after another loss of power.
      this.#context.files.sync(segment.logPath)
      this.#dropLost(unflushed.slice(index + 1), nextOffset)
      break
    }
    return nextOffset
  }

  /**
   * Segments follow on at the log end. A gap before one that is not durable means that the end of the one before was lost, unless
   * compaction left it: what stands behind a lost piece must not be served as the log.
   */
  #isHole(nextOffset: number, segment: Segment): boolean {
    return segment.baseOffset > nextOffset && nextOffset >= (this.#spec.firstDirtyOffset ?? 0)
  }

  #recoverOne(segment: Segment, nextOffset: number, onProgress: ((bytes: number) => void) | undefined) {
    const isRebuild = onProgress === undefined
    const result = recoverSegment(segment, nextOffset, {
      files: this.#context.files,
      crc32c: this.#context.env.crc32c,
      compression: this.#context.env.compression,
      producers: isRebuild ? this.#producersBefore(segment) : this.#producers,
      epochs: isRebuild ? undefined : this.#epochs,
      indexIntervalBytes: this.#config.indexIntervalBytes,
      ...(onProgress === undefined ? {} : { onProgress }),
    })
    segment.seal()
    return result
  }

  #producersBefore(segment: Segment): ProducerStates {
    const states = new ProducerStates()
    this.#snapshots.reload(states, this.#segments, this.#before(segment))
    return states
  }

  #before({ baseOffset }: Segment) {
    return { logStartOffset: this.#spec.logStartOffset ?? 0, logEndOffset: baseOffset, highWatermark: undefined }
  }

  /** DISK-33. */
  #restartAt(offset: number): number {
    this.#drop([...this.#segments.all].reverse())
    this.#epochs.clear()
    this.#addSegment(offset)
    return offset
  }

  #addSegment(baseOffset: number): void {
    this.#segments.add(createSegment(this.#context, this.#spec.directory, baseOffset, this.#config))
  }

  #tellCut(offset: number, segmentsDropped: number): void {
    const partition = `${this.#spec.topic}-${this.#spec.partition}`
    this.#context.env.log.write('warn', 'log.cut', { partition, offset, segmentsDropped })
  }

  #dropLost(segments: readonly Segment[], nextOffset: number): void {
    this.#tellCut(nextOffset, segments.length)
    this.#drop([...segments].reverse())
    this.#context.files.syncDirectory(this.#spec.directory)
  }

  #drop(segments: readonly Segment[]): void {
    this.#segments.remove(segments)
    for (const segment of segments) deleteSegmentFiles(this.#context, segment, 0)
  }
}

function loadEpochs(context: LogContext, directory: string): EpochCache {
  const text = context.files.readText(`${directory}/leader-epoch-checkpoint`)
  return new EpochCache(text === undefined ? [] : decodeEpochs(text))
}

/** Ascending. */
function logFileOffsets(files: DirectoryFiles, directory: string): number[] {
  return files
    .list(directory)
    .map(name => parseSegmentFileName(name))
    .filter(file => file !== undefined && file.kind === '.log' && file.suffix === '')
    .map(file => file!.offset)
}

/** DISK-30 (a) to (f): finishes or undoes a replacement of segments, and removes what belongs to none. */
function completeReplacements(context: LogContext, directory: string): void {
  const { files } = context
  const path = (name: string) => `${directory}/${name}`
  const named = (suffix: string) => files.list(directory).filter(name => name.endsWith(suffix))
  for (const name of named(deletedSuffix)) files.remove(path(name))
  for (const name of named('.tmp')) files.remove(path(name))
  const cleaned = named(cleanedSuffix).map(name => parseSegmentFileName(name)?.offset ?? Number.POSITIVE_INFINITY)
  const smallestCleaned = Math.min(Number.POSITIVE_INFINITY, ...cleaned)
  for (const name of named(swapSuffix)) {
    if ((parseSegmentFileName(name)?.offset ?? 0) >= smallestCleaned) files.remove(path(name))
  }
  for (const name of named(cleanedSuffix)) files.remove(path(name))
  replaceBySwap(context, directory, named(swapSuffix))
  removeOrphans(context, directory)
}

function replaceBySwap(context: LogContext, directory: string, swaps: readonly string[]): void {
  const { files } = context
  const swapLogs = swaps.map(name => parseSegmentFileName(name)).filter(file => file?.kind === '.log')
  const from = Math.min(Number.POSITIVE_INFINITY, ...swapLogs.map(file => file!.offset))
  const to = Math.max(-1, ...swapLogs.map(file => endOfSwap(context, directory, file!.offset)))
  for (const name of files.list(directory)) {
    const file = parseSegmentFileName(name)
    if (file === undefined || file.suffix !== '' || file.kind === '.snapshot') continue
    if (file.offset >= from && file.offset < to) files.remove(`${directory}/${name}`)
  }
  for (const name of swaps) files.rename(`${directory}/${name}`, `${directory}/${name.slice(0, -swapSuffix.length)}`)
}

/** Offset after the last batch in a `.swap` file, which stands under its final name for as long as that takes. */
function endOfSwap(context: LogContext, directory: string, offset: number): number {
  const path = `${directory}/${segmentFileName(offset, '.log')}${swapSuffix}`
  let end = offset + 1
  scanBatchHeaders(context.files, path, 0, context.files.sizeOf(path), (bytes, at) => {
    end = batchLastOffset(bytes, at) + 1
  })
  return end
}

/** DISK-30 (f): index files without a log. */
function removeOrphans(context: LogContext, directory: string): void {
  const logs = new Set(logFileOffsets(context.files, directory))
  for (const name of context.files.list(directory)) {
    const file = parseSegmentFileName(name)
    if (file === undefined || file.kind === '.log' || file.kind === '.snapshot' || logs.has(file.offset)) continue
    context.files.remove(`${directory}/${name}`)
  }
}
