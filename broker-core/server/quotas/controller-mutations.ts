import { zeroUuid } from '../../base/bytes/uuid.ts'
import { errorCode, errorMessage } from '../../model/kafka-errors.ts'
import type { MetadataImage } from '../../controller/image.ts'
import type { Api, RequestOf, ResponseOf } from '../../protocol/api.ts'
import { createTopics } from '../../protocol/messages/19-create-topics.ts'
import { deleteTopics } from '../../protocol/messages/20-delete-topics.ts'
import { createPartitions } from '../../protocol/messages/37-create-partitions.ts'
import type { ClientQuotas, QuotaClient } from './client-quotas.ts'
import { TokenBucket } from './token-bucket.ts'

export interface MutationDeps {
  readonly quotas: ClientQuotas
  image(): MetadataImage
  /** `num.partitions`. */
  readonly partitionsDefault: number
  nowMs(): number
}

/** Buckets kept; the one unused for longest goes first. */
const bucketsMax = 10_000

/** One API in what matters here: its items, what each costs, and how some of them are taken out and refused. */
interface Mutation {
  /** Below it nothing is refused, only delayed. */
  readonly strictSince: number
  items(request: RequestOf<Api>, version: number): readonly Item[]
  /** The request with these alone. */
  keep(request: RequestOf<Api>, items: readonly Item[], version: number): RequestOf<Api>
  readonly nothing: ResponseOf<Api>
  refuse(response: ResponseOf<Api>, items: readonly Item[]): ResponseOf<Api>
}

interface Item {
  readonly name: string | null
  readonly topicId?: string
  readonly partitions: number
  readonly asked: unknown
}

/**
 * QUO-06: partitions created and deleted within `controller_mutation_rate`. Counted where the client asks, since requests travel to the
 * controller without their principal; a client that asks several brokers has the rate at each (QUO-05).
 */
export class ControllerMutations {
  readonly #deps: MutationDeps
  readonly #mutations: ReadonlyMap<number, Mutation>
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(deps: MutationDeps) {
    this.#deps = deps
    this.#mutations = new Map([
      [createTopics.key, creation(deps)],
      [deleteTopics.key, deletion(deps)],
      [createPartitions.key, growth(deps)],
    ])
  }

  counts(api: Api): boolean {
    return this.#mutations.has(api.key)
  }

  /** Passes on what the quota allows and answers for the rest. The wait is in the answer. */
  async handle(
    api: Api,
    request: RequestOf<Api>,
    version: number,
    client: QuotaClient,
    inner: (request: RequestOf<Api>) => Promise<ResponseOf<Api> | undefined> | ResponseOf<Api> | undefined,
  ): Promise<ResponseOf<Api> | undefined> {
    const mutation = this.#mutations.get(api.key)
    const limit = this.#deps.quotas.limitOf('controller_mutation_rate', client)
    if (mutation === undefined || limit === undefined || request.validateOnly === true) return inner(request)
    const bucket = this.#bucket(limit.share)
    const refused: Item[] = []
    const allowed: Item[] = []
    for (const item of mutation.items(request, version)) {
      const nowMs = this.#deps.nowMs()
      const isFree = item.partitions === 0
      if (!isFree && version >= mutation.strictSince && bucket.isInDebt(limit.perSecond, nowMs)) refused.push(item)
      else {
        allowed.push(item)
        bucket.take(item.partitions, limit.perSecond, nowMs)
      }
    }
    const passed = refused.length === 0 ? request : mutation.keep(request, allowed, version)
    const response = allowed.length === 0 && refused.length > 0 ? mutation.nothing : await inner(passed)
    if (response === undefined) return undefined
    const waitMs = bucket.waitMs(limit.perSecond, this.#deps.nowMs())
    return { ...mutation.refuse(response, refused), throttleTimeMs: Math.max(response.throttleTimeMs, waitMs) }
  }

  #bucket(share: string): TokenBucket {
    const bucket = this.#buckets.get(share) ?? new TokenBucket()
    this.#buckets.delete(share)
    this.#buckets.set(share, bucket)
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size > bucketsMax && oldest !== undefined) this.#buckets.delete(oldest)
    return bucket
  }
}

const refusal = {
  errorCode: errorCode('THROTTLING_QUOTA_EXCEEDED'),
  errorMessage: errorMessage('THROTTLING_QUOTA_EXCEEDED'),
}

function creation(deps: MutationDeps): Mutation {
  type Request = RequestOf<typeof createTopics>
  /** What is there already costs nothing: it is refused by the controller. */
  const cost = ({ name, assignments, numPartitions }: Request['topics'][number]) => {
    if (deps.image().topicsByName.has(name)) return 0
    if (assignments.length > 0) return assignments.length
    return numPartitions < 0 ? deps.partitionsDefault : numPartitions
  }
  return {
    strictSince: 6,
    items: (request: Request) => request.topics.map(asked => ({ name: asked.name, partitions: cost(asked), asked })),
    keep: (request, items) => ({ ...request, topics: items.map(item => item.asked) }),
    nothing: createTopics.response.zero,
    refuse: (response: ResponseOf<typeof createTopics>, items) => ({
      ...response,
      topics: [
        ...response.topics,
        ...items.map(({ name }) => ({
          name: name ?? '',
          topicId: zeroUuid,
          ...refusal,
          topicConfigErrorCode: 0,
          numPartitions: -1,
          replicationFactor: -1,
          configs: null,
        })),
      ],
    }),
  }
}

function deletion(deps: MutationDeps): Mutation {
  type Request = RequestOf<typeof deleteTopics>
  const byName = (name: string) => deps.image().topicsByName.get(name)
  const byId = (topicId: string) => deps.image().topicsById.get(topicId)
  const named = (name: string): Item => ({ name, partitions: byName(name)?.partitions.length ?? 0, asked: name })
  return {
    strictSince: 5,
    items: (request: Request, version) =>
      version < topicsSince
        ? request.topicNames.map(named)
        : request.topics.map(asked => {
            const topic = asked.name === null ? byId(asked.topicId) : byName(asked.name)
            return { name: asked.name, topicId: asked.topicId, partitions: topic?.partitions.length ?? 0, asked }
          }),
    keep: (request, items, version) => ({
      ...request,
      [version < topicsSince ? 'topicNames' : 'topics']: items.map(item => item.asked),
    }),
    nothing: deleteTopics.response.zero,
    refuse: (response: ResponseOf<typeof deleteTopics>, items) => ({
      ...response,
      responses: [
        ...response.responses,
        ...items.map(({ name, topicId }) => ({ name, topicId: topicId ?? zeroUuid, ...refusal })),
      ],
    }),
  }
}

/** DeleteTopics: names and ids in one list from here on. */
const topicsSince = 6

function growth(deps: MutationDeps): Mutation {
  type Request = RequestOf<typeof createPartitions>
  const cost = (name: string, count: number) => {
    const topic = deps.image().topicsByName.get(name)
    return topic === undefined ? 0 : Math.max(0, count - topic.partitions.length)
  }
  return {
    strictSince: 3,
    items: (request: Request) =>
      request.topics.map(asked => ({ name: asked.name, partitions: cost(asked.name, asked.count), asked })),
    keep: (request, items) => ({ ...request, topics: items.map(item => item.asked) }),
    nothing: createPartitions.response.zero,
    refuse: (response: ResponseOf<typeof createPartitions>, items) => ({
      ...response,
      results: [...response.results, ...items.map(({ name }) => ({ name: name ?? '', ...refusal }))],
    }),
  }
}
