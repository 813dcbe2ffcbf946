import type { FeatureRange, MetadataImage } from './image.ts'
import type { MetadataRecord, RecordFeature } from './metadata-records.ts'
import {
  elrMetadataVersion,
  metadataVersionNamed,
  metadataVersions,
  newestMetadataVersion,
  oldestMetadataVersion,
} from './metadata-version.ts'

interface Feature extends FeatureRange {
  /** From this metadata.version on, a new cluster has the highest level of the feature; undefined: it starts with none. */
  readonly usualSince?: number
  /** Without this metadata.version there is no other level than 0. */
  readonly needs?: number
}

export const metadataFeature = 'metadata.version'
export const kraftFeature = 'kraft.version'
export const elrFeature = 'eligible.leader.replicas.version'

/**
 * The features (KIP-584, KIP-1022) that this software understands, with their ranges of levels. kraft.version is finalized by the quorum, in
 * its own records (KIP-853).
 */
const features: Readonly<Record<string, Feature>> = {
  [metadataFeature]: { min: oldestMetadataVersion, max: newestMetadataVersion },
  [kraftFeature]: { min: 0, max: 1 },
  'group.version': { min: 0, max: 1, usualSince: 22 },
  'transaction.version': { min: 0, max: 2, usualSince: 24 },
  'share.version': { min: 0, max: 1, usualSince: 28 },
  'streams.version': { min: 0, max: 1, usualSince: 29 },
  [elrFeature]: { min: 0, max: 1, usualSince: 26, needs: elrMetadataVersion },
}

export const supportedFeatures: ReadonlyMap<string, FeatureRange> = new Map(Object.entries(features))

/** The same in the form in which a broker registers. */
export const registeredFeatures: readonly RecordFeature[] = Object.entries(features).map(([name, { min, max }]) => ({
  name,
  minSupportedVersion: min,
  maxSupportedVersion: max,
}))

/** The newest before the first record of a cluster, which is its level. */
export const metadataVersionOf = ({ features: levels }: Pick<MetadataImage, 'features'>): number =>
  levels.get(metadataFeature) ?? newestMetadataVersion

/** Of `feature` at `level`, in Kafka's words; undefined where nothing is missing among the `levels` of the others. */
export function unmetNeed(feature: string, level: number, levels: ReadonlyMap<string, number>): string | undefined {
  const needs = features[feature]?.needs
  if (level === 0 || needs === undefined || (levels.get(metadataFeature) ?? 0) >= needs) return undefined
  return `${feature} could not be set to ${level} because it depends on ${metadataFeature} level ${needs}`
}

/** What the features of a new cluster were asked to be, as `kafka-storage format` takes it: `4.1`, and single levels besides. */
export interface FeatureWish {
  readonly release?: string | undefined
  readonly levels?: ReadonlyMap<string, number> | undefined
}

/** The finalized levels of a new cluster; levels of 0 are left out. Throws RangeError with what is wrong with the wish. */
export function newClusterLevels({ release, levels: asked = new Map() }: FeatureWish = {}): Map<string, number> {
  const metadataVersion = asked.get(metadataFeature) ?? levelOfRelease(release)
  const levels = new Map([[metadataFeature, metadataVersion]])
  for (const [name, { max, usualSince = Number.POSITIVE_INFINITY }] of Object.entries(features)) {
    const level = asked.get(name) ?? (metadataVersion >= usualSince ? max : 0)
    if (name !== metadataFeature && level > 0) levels.set(name, level)
  }
  for (const [name, level] of asked) {
    const problem = wishProblem(name, level) ?? unmetNeed(name, level, levels)
    if (problem !== undefined) throw new RangeError(problem)
  }
  return levels
}

function levelOfRelease(release: string | undefined): number {
  if (release === undefined) return newestMetadataVersion
  const version = metadataVersionNamed(release)
  if (version !== undefined) return version.level
  throw new RangeError(`unknown release version ${release}: there are ${metadataVersions.map(({ name }) => name).join(', ')}`)
}

function wishProblem(name: string, level: number): string | undefined {
  const range = supportedFeatures.get(name)
  if (range === undefined) return `unknown feature ${name}: there are ${[...supportedFeatures.keys()].join(', ')}`
  if (name === kraftFeature) return 'kraft.version follows from whether the voters are given when formatting'
  return level >= range.min && level <= range.max
    ? undefined
    : `${name} has levels from ${range.min} to ${range.max}, not ${level}`
}

export const featureRecords = (levels: ReadonlyMap<string, number>): MetadataRecord[] =>
  [...levels].map(([name, featureLevel]) => ({ type: 'FeatureLevelRecord', name, featureLevel }))
