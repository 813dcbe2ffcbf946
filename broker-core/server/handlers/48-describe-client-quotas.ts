import type { MetadataImage, QuotaImage } from '../../controller/image.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { describeClientQuotas } from '../../protocol/messages/48-describe-client-quotas.ts'
import { handler, type Handler } from '../handler.ts'

type Component = RequestOf<typeof describeClientQuotas>['components'][number]

const matchTypes = { exact: 0, default: 1, any: 2 } as const

/** DescribeClientQuotas (48), QUO-07: from the broker's own image. */
export function describeClientQuotasHandler(deps: { image(): MetadataImage }): Handler<typeof describeClientQuotas> {
  return handler(describeClientQuotas, ({ components, strict }) => {
    const problem = filterProblem(components)
    if (problem !== undefined) return refused(problem)
    const entries = [...deps.image().quotas.values()]
      .filter(quota => matches(quota, components, strict))
      .map(({ entity, values }) => ({ entity, values: [...values].map(([key, value]) => ({ key, value })) }))
    return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, entries }
  })
}

const refused = ({ error, message }: Problem): ResponseOf<typeof describeClientQuotas> => ({
  throttleTimeMs: 0,
  errorCode: errorCode(error),
  errorMessage: message,
  entries: null,
})

interface Problem {
  readonly error: 'INVALID_REQUEST' | 'UNSUPPORTED_VERSION'
  readonly message: string
}
const entityTypes = ['user', 'client-id', 'ip']

/** In Kafka's words. */
function filterProblem(components: readonly Component[]): Problem | undefined {
  const invalid = (message: string): Problem => ({ error: 'INVALID_REQUEST', message })
  const types = components.map(component => component.entityType)
  const repeated = types.find((type, index) => types.indexOf(type) !== index)
  if (types.includes('')) return invalid('Invalid empty entity type.')
  if (repeated !== undefined) return invalid(`Entity type ${repeated} cannot appear more than once in the filter.`)
  const unknown = types.find(type => !entityTypes.includes(type))
  if (unknown !== undefined) return { error: 'UNSUPPORTED_VERSION', message: `Unsupported entity type ${unknown}` }
  for (const { matchType, match } of components) {
    if (matchType === matchTypes.exact && match === null)
      return invalid('Request specified MATCH_TYPE_EXACT, but set match string to null.')
    if (matchType < matchTypes.exact || matchType > matchTypes.any) return invalid(`Unknown match type ${matchType}`)
    const name = matchType === matchTypes.default ? 'MATCH_TYPE_DEFAULT' : 'MATCH_TYPE_SPECIFIED'
    if (matchType !== matchTypes.exact && match !== null)
      return invalid(`Request specified ${name}, but also specified a match string.`)
  }
  if (types.includes('ip') && types.length > 1)
    return invalid(
      'Invalid entity filter component combination. IP filter component should not be used with user or clientId filter component.',
    )
  return undefined
}

/** `strict`: the entity has no parts besides those that the filter names. */
function matches({ entity }: QuotaImage, components: readonly Component[], strict: boolean): boolean {
  if (strict && entity.length !== components.length) return false
  return components.every(({ entityType, matchType, match }) => {
    const part = entity.find(candidate => candidate.entityType === entityType)
    if (part === undefined) return false
    if (matchType === matchTypes.any) return true
    return part.entityName === (matchType === matchTypes.default ? null : match)
  })
}
