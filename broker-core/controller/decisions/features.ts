import { errorCode } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { updateFeatures } from '../../protocol/messages/57-update-features.ts'
import { elrFeature, kraftFeature, metadataFeature, supportedFeatures, unmetNeed } from '../feature-levels.ts'
import type { ControllerState, Decision } from '../controller.ts'
import type { FeatureRange } from '../image.ts'
import type { MetadataRecord } from '../metadata-records.ts'
import { losesRecordsBelow } from '../metadata-version.ts'
import { elrConfigRecords, elrEndRecords } from './elr-configs.ts'
import { isRefusal, type Refusal, refusal } from './decision.ts'

type Request = RequestOf<typeof updateFeatures>
type Response = ResponseOf<typeof updateFeatures>
type Update = Request['featureUpdates'][number]

export const withFeatureLevel = (
  range: { readonly minSupportedVersion: number; readonly maxSupportedVersion: number },
  level: number,
): boolean => level >= range.minSupportedVersion && level <= range.maxSupportedVersion

/** Upgrade types of UpdateFeatures v1. */
const upgradeOnly = 1
const unsafeDowngrade = 3

/** UpdateFeatures (57), META-11: all or nothing, whatever the version of the request. */
export function decideUpdateFeatures(state: ControllerState, request: Request): Decision<Response> {
  const names = request.featureUpdates.map(update => update.feature)
  const levels = levelsAfter(state, request)
  const results = request.featureUpdates.map(update => {
    if (names.filter(name => name === update.feature).length > 1) {
      return refusal('INVALID_REQUEST', `The feature ${update.feature} is named more than once.`)
    }
    return decideOne(state, update, levels)
  })
  const refused = results.find(isRefusal)
  const records = results.flatMap(result => (isRefusal(result) ? [] : result))
  const isDone = !request.validateOnly && refused === undefined
  const kraftVersion = request.featureUpdates.find(update => update.feature === kraftFeature)?.maxVersionLevel
  const isUpgrade = isDone && kraftVersion !== undefined && kraftVersion !== state.quorum.kraftVersion
  return {
    records: isDone ? records : [],
    ...(isUpgrade ? { kraftVersion } : {}),
    reply: {
      throttleTimeMs: 0,
      errorCode: refused === undefined ? 0 : errorCode(refused.error),
      errorMessage: refused === undefined ? null : forAll(refused),
      results: request.featureUpdates.map((update, index) => featureResult(update.feature, results[index], refused)),
    },
  }
}

function featureResult(feature: string, own: readonly MetadataRecord[] | Refusal | undefined, first: Refusal | undefined) {
  const problem = isRefusal(own) ? own : first
  const message = problem === undefined || problem === own ? problem?.message : forAll(problem)
  return { feature, errorCode: problem === undefined ? 0 : errorCode(problem.error), errorMessage: message ?? null }
}

/** In Kafka's words, which its tool prints. */
const forAll = (first: Refusal): string =>
  `The update failed for all features since the following feature had an error: ${first.message}`

/** As they would be if all of the request were granted: one update may be what another needs. */
const levelsAfter = (state: ControllerState, { featureUpdates }: Request): ReadonlyMap<string, number> =>
  new Map([...state.image.features, ...featureUpdates.map(update => [update.feature, update.maxVersionLevel] as const)])

function decideOne(
  state: ControllerState,
  update: Update,
  levels: ReadonlyMap<string, number>,
): readonly MetadataRecord[] | Refusal {
  const { feature, maxVersionLevel: level } = update
  const present = feature === kraftFeature ? state.quorum.kraftVersion : (state.image.features.get(feature) ?? 0)
  const invalid = (why: string): Refusal =>
    refusal('INVALID_UPDATE_VERSION', `Invalid update version ${level} for feature ${feature}. ${why}`)
  const unsupported = whyNotSupported(state, feature, level)
  if (unsupported !== undefined) return invalid(unsupported)
  if (level === present) return []
  if (feature === kraftFeature) {
    const why = state.quorum.whyNotUpgraded(level)
    return why === undefined ? [] : invalid(why)
  }
  const wrongWay = whyNotThisWay(update, present)
  if (wrongWay !== undefined) return invalid(wrongWay)
  const unmet = unmetNeed(feature, level, levels)
  if (unmet !== undefined) return invalid(unmet)
  if (feature === metadataFeature && losesRecordsBelow(present, level)) return refusedDowngrade(update, present)
  return [...(feature === elrFeature ? elrRecords(state, level) : []), levelRecord(feature, level)]
}

const elrRecords = (state: ControllerState, level: number): MetadataRecord[] =>
  level > 0 ? elrConfigRecords(state) : elrEndRecords(state)

const levelRecord = (name: string, featureLevel: number): MetadataRecord => ({ type: 'FeatureLevelRecord', name, featureLevel })

/** Every node must understand the level: this one, the other controllers, the brokers. */
function whyNotSupported(state: ControllerState, feature: string, level: number): string | undefined {
  const local = `Local controller ${state.quorum.nodeId}`
  const range = supportedFeatures.get(feature)
  if (level < 0) return 'A feature version level cannot be negative.'
  if (range === undefined) return `${local} does not support this feature.`
  if (level === 0) return range.min > 0 ? 'The feature cannot be removed.' : undefined
  const nodes: [string, FeatureRange | undefined][] = [
    [local, range],
    ...[...state.image.controllers.values()].map(node => named('Controller', node.controllerId, node.features.get(feature))),
    ...[...state.image.brokers.values()].map(node => named('Broker', node.brokerId, node.features.get(feature))),
  ]
  for (const [node, { min, max } = nothing] of nodes) {
    if (max === 0) return `${node} does not support this feature.`
    if (level < min || level > max) return `${node} only supports versions ${min}-${max}`
  }
  return undefined
}

const nothing: FeatureRange = { min: 0, max: 0 }
const named = (kind: string, id: number, range: FeatureRange | undefined): [string, FeatureRange | undefined] => [
  `${kind} ${id}`,
  range,
]

function whyNotThisWay(update: Update, present: number): string | undefined {
  const isDowngrade = update.maxVersionLevel < present
  const isAllowed = update.allowDowngrade || update.upgradeType > upgradeOnly
  if (isDowngrade && !isAllowed)
    return "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade."
  if (!isDowngrade && update.upgradeType > upgradeOnly) return "Can't upgrade with a downgrade type."
  return undefined
}

function refusedDowngrade({ maxVersionLevel, upgradeType }: Update, present: number): Refusal {
  const why =
    upgradeType === unsafeDowngrade
      ? 'Unsafe metadata downgrade is not supported in this version.'
      : 'Refusing to perform the requested downgrade because it might delete metadata information.'
  return refusal('INVALID_UPDATE_VERSION', `Unsupported metadata.version downgrade from ${present} to ${maxVersionLevel}. ${why}`)
}
