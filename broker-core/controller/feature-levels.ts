import type { FeatureRange } from './image.ts'
import type { MetadataRecord, RecordFeature } from './metadata-records.ts'

/**
 * The features (KIP-584, KIP-1022) that this software understands, with their ranges of levels, and the level that a new cluster starts
 * with. kraft.version is finalized by the quorum, in its own records (KIP-853).
 */
const levels: Readonly<Record<string, { readonly min: number; readonly max: number; readonly initial: number }>> = {
  'metadata.version': { min: 30, max: 30, initial: 30 },
  'kraft.version': { min: 0, max: 1, initial: 0 },
  'group.version': { min: 0, max: 1, initial: 1 },
  'transaction.version': { min: 0, max: 2, initial: 2 },
  'share.version': { min: 0, max: 1, initial: 1 },
  'streams.version': { min: 0, max: 1, initial: 1 },
  'eligible.leader.replicas.version': { min: 0, max: 1, initial: 1 },
}

export const supportedFeatures: ReadonlyMap<string, FeatureRange> = new Map(
  Object.entries(levels).map(([name, { min, max }]) => [name, { min, max }]),
)

/** The same in the form in which a broker registers. */
export const registeredFeatures: readonly RecordFeature[] = Object.entries(levels).map(([name, { min, max }]) => ({
  name,
  minSupportedVersion: min,
  maxSupportedVersion: max,
}))

/** What the first active controller of a new cluster writes. LEAD-08: with ELR on, the minimum of in-sync replicas is a cluster-wide value. */
export function bootstrapRecords(minInsyncReplicas: string): MetadataRecord[] {
  const features = Object.entries(levels)
    .filter(([, level]) => level.initial > 0)
    .map(([name, level]): MetadataRecord => ({ type: 'FeatureLevelRecord', name, featureLevel: level.initial }))
  return [
    ...features,
    { type: 'ConfigRecord', resourceType: 4, resourceName: '', name: 'min.insync.replicas', value: minInsyncReplicas },
  ]
}
