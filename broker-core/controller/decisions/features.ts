import { errorCode } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { updateFeatures } from '../../protocol/messages/57-update-features.ts'
import { supportedFeatures } from '../feature-levels.ts'
import type { ControllerState, Decision } from '../controller.ts'
import type { MetadataRecord } from '../metadata-records.ts'
import { isRefusal, type Refusal, refusal } from './decision.ts'

type Request = RequestOf<typeof updateFeatures>
type Response = ResponseOf<typeof updateFeatures>
type Update = Request['featureUpdates'][number]

export const withFeatureLevel = (
  range: { readonly minSupportedVersion: number; readonly maxSupportedVersion: number },
  level: number,
): boolean => level >= range.minSupportedVersion && level <= range.maxSupportedVersion

const kraftFeature = 'kraft.version'
/** Upgrade types of UpdateFeatures v1. */
const upgradeOnly = 1
const unsafeDowngrade = 3

/** UpdateFeatures (57), META-11: all or nothing, whatever the version of the request. */
export function decideUpdateFeatures(state: ControllerState, request: Request): Decision<Response> {
  const names = request.featureUpdates.map(update => update.feature)
  const results = request.featureUpdates.map(update => {
    if (names.filter(name => name === update.feature).length > 1) {
      return refusal('INVALID_REQUEST', `The feature ${update.feature} is named more than once.`)
    }
    return decideOne(state, update)
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

function decideOne(state: ControllerState, update: Update): readonly MetadataRecord[] | Refusal {
  const { feature, maxVersionLevel: level } = update
  const range = supportedFeatures.get(feature)
  const present = feature === kraftFeature ? state.quorum.kraftVersion : (state.image.features.get(feature) ?? 0)
  const invalid = (why: string): Refusal =>
    refusal('INVALID_UPDATE_VERSION', `Invalid update version ${level} for feature ${feature}. ${why}`)
  if (level < 0) return invalid('A feature version level cannot be negative.')
  if (range === undefined) return invalid(`Local controller ${state.quorum.nodeId} does not support this feature.`)
  if (level !== 0 && (level < range.min || level > range.max)) {
    return invalid(`Local controller ${state.quorum.nodeId} only supports versions ${range.min}-${range.max}`)
  }
  if (level === 0 && range.min > 0) return invalid('The feature cannot be removed.')
  for (const broker of state.image.brokers.values()) {
    const own = broker.features.get(feature)
    if (level > 0 && (own === undefined || level < own.min || level > own.max))
      return invalid(`Broker ${broker.brokerId} does not support this feature.`)
  }
  if (level === present) return []
  if (feature === kraftFeature) {
    const why = state.quorum.whyNotUpgraded(level)
    return why === undefined ? [] : invalid(why)
  }
  if (level < present) {
    const isAllowed = update.allowDowngrade || update.upgradeType > upgradeOnly
    if (!isAllowed)
      return invalid(
        "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.",
      )
    if (feature === 'metadata.version' && update.upgradeType !== unsafeDowngrade && !update.allowDowngrade) {
      return invalid('Unsafe metadata downgrade is required, because records of the newer version may be in the log.')
    }
  } else if (update.upgradeType !== upgradeOnly && update.upgradeType !== 0) {
    return invalid("Can't upgrade with a downgrade type.")
  }
  return [{ type: 'FeatureLevelRecord', name: feature, featureLevel: level }]
}
