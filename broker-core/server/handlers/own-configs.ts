import { errorCode } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { alterConfigs } from '../../protocol/messages/33-alter-configs.ts'
import type { incrementalAlterConfigs } from '../../protocol/messages/44-incremental-alter-configs.ts'
import { resourceType } from '../config-layers.ts'
import type { Handler } from '../handler.ts'

type Altering = typeof alterConfigs | typeof incrementalAlterConfigs
type Resource = RequestOf<Altering>['resources'][number]
type Answer = ResponseOf<Altering>['responses'][number]

export interface OwnConfigsDeps {
  readonly nodeId: number
  /** Why this broker cannot have the property with that value, in one sentence. */
  problemOf(name: string, value: string): string | undefined
}

/**
 * META-09: changes of this broker's own properties that only it can judge, such as paths of its disks, are refused here with INVALID_REQUEST;
 * everything else is for `forward`, and the answers come in the order of the request.
 */
export function ownConfigsHandler<A extends Altering>(forward: Handler<A>, deps: OwnConfigsDeps): Handler<A> {
  return {
    ...forward,
    async handle(request, context) {
      const refused = new Map<Resource, Answer>()
      for (const resource of request.resources) {
        const problem = problemOf(resource, deps)
        if (problem !== undefined) refused.set(resource, answerOf(resource, problem))
      }
      if (refused.size === 0) return await forward.handle(request, context)
      const others = request.resources.filter(resource => !refused.has(resource))
      const reply = others.length === 0 ? undefined : await forward.handle({ ...request, resources: others }, context)
      const answered = [...(reply?.responses ?? [])]
      const responses = request.resources.flatMap(resource => refused.get(resource) ?? answered.shift() ?? [])
      return { throttleTimeMs: reply?.throttleTimeMs ?? 0, responses } as ResponseOf<A>
    },
  }
}

function problemOf(resource: Resource, deps: OwnConfigsDeps): string | undefined {
  if (resource.resourceType !== resourceType.broker || resource.resourceName !== String(deps.nodeId)) return undefined
  for (const { name, value } of resource.configs) {
    const problem = value === null ? undefined : deps.problemOf(name, value)
    if (problem !== undefined) return problem
  }
  return undefined
}

const answerOf = ({ resourceType: type, resourceName }: Resource, errorMessage: string): Answer => ({
  ...{ errorCode: errorCode('INVALID_REQUEST'), errorMessage },
  ...{ resourceType: type, resourceName },
})
