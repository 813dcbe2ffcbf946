import type { MetadataImage } from '../../controller/image.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import type { Api, RequestOf, ResponseOf } from '../../protocol/api.ts'
import { apiVersions } from '../../protocol/messages/18-api-versions.ts'
import { handler, type Handler, type RequestContext } from '../handler.ts'

type Request = RequestOf<typeof apiVersions>
type Response = ResponseOf<typeof apiVersions>

export interface ApiVersionsDeps {
  /** What this listener serves, in order of their keys; read at each request. */
  served(): readonly ServedApi[]
  image(): MetadataImage
  readonly nodeId: number
  /** kraft.version, which the quorum finalizes for itself; 0: not finalized. */
  kraftVersion?(): number
  readonly supportedFeatures: readonly SupportedFeature[]
}

export interface ServedApi {
  readonly api: Api
  readonly versions: readonly [min: number, max: number]
}

export interface SupportedFeature {
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
}

/** WIRE-11: librdkafka looks for Produce v0 before it enables anything. */
const produceKey = 0
/** WIRE-09: v3 and below read a minimum of 0 as an error (KAFKA-17011). */
const zeroMinimumSince = 4
const softwareName = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

/** ApiVersions v0-5: WIRE-08..12 as far as a handler can; too new a version never comes here, see dispatch. */
export function apiVersionsHandler(deps: ApiVersionsDeps): Handler<typeof apiVersions> {
  return handler(apiVersions, (request, context) => {
    if (context.apiVersion >= 3 && !hasProperNames(request))
      return { ...apiVersions.response.zero, errorCode: errorCode('INVALID_REQUEST') }
    if (isForAnother(deps, request)) return { ...apiVersions.response.zero, errorCode: errorCode('REBOOTSTRAP_REQUIRED') }
    return answer(deps, context)
  })
}

const hasProperNames = (request: Request): boolean =>
  softwareName.test(request.clientSoftwareName) && softwareName.test(request.clientSoftwareVersion)

/** WIRE-10. */
function isForAnother(deps: ApiVersionsDeps, request: Request): boolean {
  if (request.clusterId === null) return false
  return request.clusterId !== deps.image().clusterId || (request.nodeId >= 0 && request.nodeId !== deps.nodeId)
}

function answer(deps: ApiVersionsDeps, context: RequestContext): Response {
  const image = deps.image()
  return {
    errorCode: 0,
    apiKeys: apiKeysOf(deps.served()),
    throttleTimeMs: 0,
    supportedFeatures: deps.supportedFeatures.filter(feature => feature.minVersion > 0 || context.apiVersion >= zeroMinimumSince),
    finalizedFeaturesEpoch: image.offset,
    finalizedFeatures: finalizedFeatures(deps).map(([name, level]) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
    zkMigrationReady: false,
  }
}

function finalizedFeatures(deps: ApiVersionsDeps): [name: string, level: number][] {
  const kraftVersion = deps.kraftVersion?.() ?? 0
  return [...deps.image().features, ...(kraftVersion > 0 ? [['kraft.version', kraftVersion] as [string, number]] : [])]
}

/** Also the body of the answer to a version that is too new (WIRE-08). */
export function apiKeysOf(served: readonly ServedApi[]): Response['apiKeys'] {
  return served.map(({ api, versions: [min, max] }) => ({
    apiKey: api.key,
    minVersion: api.key === produceKey ? 0 : min,
    maxVersion: max,
  }))
}
