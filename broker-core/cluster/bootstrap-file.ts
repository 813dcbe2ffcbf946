import { WireFormatError } from '../base/bytes/wire-format-error.ts'
import { metadataFeature, metadataVersionOf, supportedFeatures } from '../controller/feature-levels.ts'
import { decodeMetadataRecord, encodeMetadataRecords } from '../controller/metadata-record-codec.ts'
import { emptyImage, evolveImage } from '../controller/image-draft.ts'
import type { MetadataRecord } from '../controller/metadata-records.ts'
import type { Env } from '../env/env.ts'
import { batchCrcIsValid, batchIsControl, batchMagic, currentMagic } from '../records/batch-header.ts'
import { batchesIn, wholeBatchesBytes } from '../records/batch-iterator.ts'
import { ConfigError } from './broker-config.ts'
import { snapshotBatches, snapshotValues } from './raft-snapshot-files.ts'
import { readWhole, replaceWhole } from './whole-file.ts'

/**
 * `bootstrap.checkpoint` beside the metadata log: what `kafka-storage format` decided for a new cluster (KIP-778), levels of features above all,
 * in the format of a snapshot. The first active controller writes it into the log; later nothing of it counts.
 */
export const bootstrapFileName = 'bootstrap.checkpoint'

type BootstrapEnv = Pick<Env, 'disk' | 'crc32c' | 'compression'>

/** Undefined without the file. Throws ConfigError when it is damaged or asks for levels that are not known here. */
export function readBootstrapFile(directory: string, env: BootstrapEnv): readonly MetadataRecord[] | undefined {
  const path = `${directory}/${bootstrapFileName}`
  if (!env.disk.exists(path)) return undefined
  const records = recordsOf(path, env)
  const problem = levelProblem(records)
  if (problem !== undefined) throw new ConfigError(`${path}: ${problem}`)
  return records
}

function recordsOf(path: string, env: BootstrapEnv): MetadataRecord[] {
  const bytes = readWhole(path, env.disk)
  const damaged = (why: string) => new ConfigError(`${path} is damaged (${why}): format the directory again, or delete the file`)
  try {
    const batches = [...batchesIn(bytes)]
    for (const batch of batches) {
      if (batchMagic(batch, 0) !== currentMagic) throw damaged('it has no record batches')
      if (!batchCrcIsValid(batch, 0, env.crc32c)) throw damaged('a checksum is wrong')
    }
    const last = batches.at(-1)
    const hasEnd = last !== undefined && batchIsControl(last, 0) && wholeBatchesBytes(bytes) === bytes.length
    if (!hasEnd) throw damaged('its end is missing')
    return snapshotValues(bytes, env).map(decodeMetadataRecord)
  } catch (error) {
    throw error instanceof WireFormatError ? damaged(error.message) : error
  }
}

function levelProblem(records: readonly MetadataRecord[]): string | undefined {
  const { features } = evolveImage(emptyImage(''), records, { offset: 0, epoch: 0 })
  if (!features.has(metadataFeature)) return `it says no ${metadataFeature}`
  for (const [name, level] of features) {
    const range = supportedFeatures.get(name)
    if (range === undefined || level < range.min || level > range.max)
      return `${name} ${level} is not known here${range === undefined ? '' : `, ${range.min} to ${range.max} are`}`
  }
  return undefined
}

export function writeBootstrapFile(directory: string, records: readonly MetadataRecord[], { disk, clock, ...codecs }: Env): void {
  const level = metadataVersionOf(evolveImage(emptyImage(''), records, { offset: 0, epoch: 0 }))
  const content = { values: encodeMetadataRecords(records, level), membership: [], lastAppendTimeMs: clock.nowMs() }
  replaceWhole(directory, bootstrapFileName, snapshotBatches({ endOffset: 0, epoch: 0 }, content, codecs), disk)
}
