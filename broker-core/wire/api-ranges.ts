import { errorCode, errorName } from '../model/kafka-errors.ts'
import type { Api } from '../protocol/api.ts'
import { apiVersions } from '../protocol/messages/18-api-versions.ts'
import { ConnectionLost } from './connection-errors.ts'
import type { Link } from './outbound-connection.ts'

/** What a peer serves. */
export interface ApiRanges {
  /** By API key; both ends inclusive. */
  readonly byKey: ReadonlyMap<number, readonly [min: number, max: number]>
  /** Highest version that both sides know, no higher than `versionMax`; undefined when there is none. */
  newest(api: Api, versionMax?: number): number | undefined
  /** Features that the peer supports, with their levels (KIP-584). */
  readonly features: ReadonlyMap<string, { readonly min: number; readonly max: number }>
}

/** The newest that is sent unasked: what v5 adds (KIP-1242) needs an identity that only clients of a known cluster have. */
const firstVersion = 4

/** Asks ApiVersions; of a peer that does not know our version again in the one that it names (KIP-511). */
export async function apiRangesOf(link: Link): Promise<ApiRanges> {
  const request = {
    ...apiVersions.request.zero,
    clientSoftwareName: 'brokerbench',
    clientSoftwareVersion: '0.1.0',
  }
  let response = await link.call(apiVersions, firstVersion, request)
  if (response.errorCode === errorCode('UNSUPPORTED_VERSION')) {
    const theirs = response.apiKeys.find(entry => entry.apiKey === apiVersions.key)?.maxVersion ?? 0
    response = await link.call(apiVersions, Math.min(Math.max(theirs, 0), firstVersion), request)
  }
  if (response.errorCode !== 0) throw new ConnectionLost(`ApiVersions: ${errorName(response.errorCode)}`)
  const byKey = new Map(response.apiKeys.map(entry => [entry.apiKey, [entry.minVersion, entry.maxVersion] as const]))
  const features = new Map(
    response.supportedFeatures.map(({ name, minVersion, maxVersion }) => [name, { min: minVersion, max: maxVersion }]),
  )
  return { byKey, features, newest: (api, versionMax) => newestCommon(api, byKey.get(api.key), versionMax) }
}

function newestCommon(api: Api, theirs: readonly [number, number] | undefined, versionMax = Infinity): number | undefined {
  if (theirs === undefined) return undefined
  const version = Math.min(api.versions[1], theirs[1], versionMax)
  return version >= Math.max(api.versions[0], theirs[0]) ? version : undefined
}
