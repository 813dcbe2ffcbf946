import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int64, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const apiVersion = struct({
  apiKey: int16,
  minVersion: int16,
  maxVersion: int16,
})

const supportedFeatureKey = struct({
  name: string,
  minVersion: int16,
  maxVersion: int16,
})

const finalizedFeatureKey = struct({
  name: string,
  maxVersionLevel: int16,
  minVersionLevel: int16,
})

/**
 * What the server can do. The response header is never flexible (KIP-511), see frames.ts.
 * - v1: response throttleTimeMs
 * - v2: same layout
 * - v3: request clientSoftwareName, clientSoftwareVersion; response supportedFeatures, finalizedFeaturesEpoch,
 *   finalizedFeatures, zkMigrationReady; compact lengths and tagged fields (KIP-511)
 * - v4: same layout
 * - v5: request clusterId, nodeId (KIP-1242)
 */
export const apiVersions = api({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 5],
  flexibleSince: 3,
  listeners: ['broker', 'controller'],
  request: struct({
    clientSoftwareName: field(string, { since: 3, ignorable: true }),
    clientSoftwareVersion: field(string, { since: 3, ignorable: true }),
    clusterId: field(nullableString, { since: 5, default: null, ignorable: true }),
    nodeId: field(int32, { since: 5, default: -1, ignorable: true }),
  }),
  response: struct({
    errorCode: int16,
    apiKeys: array(apiVersion),
    throttleTimeMs: field(int32, { since: 1, ignorable: true }),
    supportedFeatures: field(array(supportedFeatureKey), { since: 3, tag: 0, ignorable: true }),
    finalizedFeaturesEpoch: field(int64, { since: 3, default: -1, tag: 1, ignorable: true }),
    finalizedFeatures: field(array(finalizedFeatureKey), { since: 3, tag: 2, ignorable: true }),
    zkMigrationReady: field(bool, { since: 3, tag: 3, ignorable: true }),
  }),
})
