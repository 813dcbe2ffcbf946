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

const refused = (message: string): ResponseOf<typeof describeClientQuotas> => ({
  throttleTimeMs: 0,
  errorCode: errorCode('INVALID_REQUEST'),
  errorMessage: message,
  entries: null,
})

function filterProblem(components: readonly Component[]): string | undefined {
  const types = components.map(component => component.entityType)
  if (new Set(types).size !== types.length) return 'Duplicate filter component entity type'
  if (types.includes('')) return 'Unexpected empty filter component entity type'
  for (const { matchType, match } of components) {
    if (matchType === matchTypes.exact && match === null)
      return 'Request specified MATCH_TYPE_EXACT, but set match string to null'
    if (matchType !== matchTypes.exact && match !== null) return 'Request specified a match string without MATCH_TYPE_EXACT'
    if (matchType < matchTypes.exact || matchType > matchTypes.any) return `Unknown match type ${matchType}`
  }
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
