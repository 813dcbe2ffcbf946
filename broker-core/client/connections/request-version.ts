import type { Api } from '../../protocol/api.ts'
import type { OutboundConnection } from '../../wire/outbound-connection.ts'
import { type ErrorPlace, KafkaClientError } from '../client-error.ts'

/** The highest version that client and broker share inside the bounds. Throws UNSUPPORTED_VERSION. */
export function requestVersion(
  connection: Pick<OutboundConnection, 'negotiatedVersion' | 'apiRanges'>,
  api: Api,
  bounds: { readonly versionMin?: number | undefined; readonly versionMax?: number | undefined },
  place: ErrorPlace,
): number {
  // The newest version of some APIs is not final; brokers that are only tried out advertise it all the same.
  const newest = api.latestVersionUnstable === true ? api.versions[1] - 1 : api.versions[1]
  const version = connection.negotiatedVersion(api, Math.min(bounds.versionMax ?? newest, Math.max(newest, api.versions[0])))
  if (version !== undefined && version >= (bounds.versionMin ?? 0)) return version
  const theirs = connection.apiRanges.byKey.get(api.key)
  const detail =
    theirs === undefined
      ? `this broker does not offer ${api.name}`
      : `this broker offers versions ${theirs[0]} to ${theirs[1]} of ${api.name}, which is not enough`
  throw new KafkaClientError('UNSUPPORTED_VERSION', place, detail)
}
