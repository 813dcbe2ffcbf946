import { describe, expect, it } from 'vitest'
import { quotaEntityKey } from '../../../../broker-core/controller/image-draft.ts'
import { errorName } from '../../../../broker-core/model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../../../broker-core/protocol/api.ts'
import { describeClientQuotas } from '../../../../broker-core/protocol/messages/48-describe-client-quotas.ts'
import { describeClientQuotasHandler } from '../../../../broker-core/server/handlers/48-describe-client-quotas.ts'
import { contextOf, imageOf } from '../images.ts'

type Component = RequestOf<typeof describeClientQuotas>['components'][number]

const entity = [{ entityType: 'user', entityName: 'a' }]
const quotas = new Map([[quotaEntityKey(entity), { entity, values: new Map([['producer_byte_rate', 5]]) }]])

function ask(...components: readonly Component[]) {
  const handler = describeClientQuotasHandler({ image: () => imageOf([], { quotas }) })
  const answer = handler.handle({ components, strict: false }, contextOf(1)) as ResponseOf<typeof describeClientQuotas>
  return { error: errorName(answer.errorCode), message: answer.errorMessage, count: answer.entries?.length }
}
const part = (entityType: string, matchType = 2, match: string | null = null): Component => ({ entityType, matchType, match })

describe('DescribeClientQuotas', () => {
  it('QUO-07: a filter that fits is answered', () => {
    expect(ask(part('user'))).toMatchObject({ error: 'NONE', count: 1 })
    expect(ask(part('user', 0, 'a'), part('client-id'))).toMatchObject({ error: 'NONE', count: 0 })
    expect(ask()).toMatchObject({ error: 'NONE', count: 1 })
  })

  it.each<[string, string, readonly Component[]]>([
    ['UNSUPPORTED_VERSION', 'Unsupported entity type foo', [part('foo')]],
    [
      'INVALID_REQUEST',
      'Invalid entity filter component combination. IP filter component should not be used with user or clientId filter component.',
      [part('ip'), part('user')],
    ],
    ['INVALID_REQUEST', 'Entity type user cannot appear more than once in the filter.', [part('user'), part('user')]],
    ['INVALID_REQUEST', 'Invalid empty entity type.', [part('')]],
    ['INVALID_REQUEST', 'Request specified MATCH_TYPE_EXACT, but set match string to null.', [part('user', 0)]],
    ['INVALID_REQUEST', 'Request specified MATCH_TYPE_DEFAULT, but also specified a match string.', [part('user', 1, 'x')]],
    ['INVALID_REQUEST', 'Unknown match type 7', [part('user', 7)]],
  ])('QUO-07: refuses as Kafka does: %s, %s', (error, message, components) => {
    expect(ask(...components)).toEqual({ error, message, count: undefined })
  })
})
