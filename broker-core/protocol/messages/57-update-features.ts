import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int8, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const featureUpdateKey = struct({
  feature: string,
  maxVersionLevel: int16,
  allowDowngrade: field(bool, { until: 0 }),
  upgradeType: field(int8, { since: 1, default: 1 }),
})

const updatableFeatureResult = struct({
  feature: string,
  errorCode: int16,
  errorMessage: nullableString,
})

/**
 * Raises or lowers finalized feature levels (KIP-584).
 * - v1: request upgradeType, validateOnly; request no longer allowDowngrade
 * - v2: response no longer results
 */
export const updateFeatures = api({
  key: 57,
  name: 'UpdateFeatures',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: struct({
    timeoutMs: field(int32, { default: 60000 }),
    featureUpdates: array(featureUpdateKey),
    validateOnly: field(bool, { since: 1 }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
    results: field(array(updatableFeatureResult), { until: 1, ignorable: true }),
  }),
})
