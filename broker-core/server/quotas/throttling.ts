import type { Clock, Timers } from '../../env/clock.ts'
import type { Api, RequestOf, ResponseOf } from '../../protocol/api.ts'
import { produce } from '../../protocol/messages/00-produce.ts'
import { fetch } from '../../protocol/messages/01-fetch.ts'
import { writeTxnMarkers } from '../../protocol/messages/27-write-txn-markers.ts'
import type { Dispatch } from '../dispatch.ts'
import type { Handler, RequestContext } from '../handler.ts'
import type { ClientQuotas, QuotaClient } from './client-quotas.ts'
import type { ControllerMutations } from './controller-mutations.ts'

export interface ThrottlingDeps {
  readonly quotas: ClientQuotas
  readonly mutations: ControllerMutations
  readonly clock: Clock
  readonly timers: Timers
}

/** Connections with a pause that is over are looked for when there are more entries than this. */
const pausesMax = 1000
/** QUO-03: one sample. */
const requestWaitMsMax = 1000

/**
 * QUO-04: the answer of a client beyond its quota goes out at once and names the time that its connection is then not listened to; what
 * it sends meanwhile waits. Produce is counted by what came, Fetch by what would go, topics by their partitions, everything by the time it
 * takes; brokers ask without limit (QUO-05).
 */
export class Throttling {
  readonly #deps: ThrottlingDeps
  /** By connection: until when (monotonic). */
  readonly #pausedUntilMs = new Map<number, number>()

  constructor(deps: ThrottlingDeps) {
    this.#deps = deps
  }

  /** The same handlers within quotas. */
  handlers(handlers: readonly Handler[]): Handler[] {
    return handlers.map(one => this.#timed(this.#counted(one)))
  }

  #counted(inner: Handler): Handler {
    if (inner.api.key === produce.key) return this.#produce(inner)
    if (inner.api.key === fetch.key) return this.#fetch(inner)
    return this.#deps.mutations.counts(inner.api) ? this.#mutating(inner) : inner
  }

  dispatch(dispatch: Dispatch): Dispatch {
    return {
      served: dispatch.served,
      handle: (frame, caller) => {
        const pauseMs = this.#pauseMs(caller.connectionId)
        if (pauseMs <= 0) return dispatch.handle(frame, caller)
        return new Promise<void>(resolve => this.#deps.timers.after(pauseMs, resolve)).then(() =>
          caller.isClosed() ? undefined : dispatch.handle(frame, caller),
        )
      },
    }
  }

  /**
   * QUO-03 for the time of the broker's thread. Counted is what the handler does before it answers or begins to wait; what it does
   * afterwards (a parked fetch that is read, a write that is acknowledged) is little.
   */
  #timed(inner: Handler): Handler {
    const { clock, quotas } = this.#deps
    return {
      ...inner,
      handle: (request, context) => {
        if (quotas.areNone() || isOfBroker(inner.api, request)) return inner.handle(request, context)
        const startMs = clock.monotonicMs()
        const response = inner.handle(request, context)
        const nowMs = clock.monotonicMs()
        const percentSeconds = (nowMs - startMs) / 10
        const waitMs = Math.min(quotas.record('request_percentage', clientOf(context), percentSeconds, nowMs), requestWaitMsMax)
        if (waitMs === 0) return response
        return Promise.resolve(response).then(answer => this.#slowedDown(inner.api, answer, context, waitMs))
      },
    }
  }

  #slowedDown(
    api: Api,
    response: ResponseOf<Api> | undefined,
    context: RequestContext,
    waitMs: number,
  ): ResponseOf<Api> | undefined {
    const told: unknown = response?.throttleTimeMs
    const throttleTimeMs = Math.max(waitMs, typeof told === 'number' ? told : 0)
    this.#pause(context, throttleTimeMs)
    if (api.key === fetch.key && response !== undefined) return this.#fetchedNothing(response, context, throttleTimeMs)
    return response === undefined || told === undefined ? response : { ...response, throttleTimeMs }
  }

  #mutating(inner: Handler): Handler {
    const { mutations, quotas } = this.#deps
    return {
      ...inner,
      handle: async (request, context) => {
        if (quotas.areNone()) return await inner.handle(request, context)
        const response = await mutations.handle(inner.api, request, context.apiVersion, clientOf(context), it =>
          inner.handle(it, context),
        )
        if (response !== undefined) this.#pause(context, response.throttleTimeMs)
        return response
      },
    }
  }

  #produce(inner: Handler): Handler {
    return {
      ...inner,
      handle: (request: RequestOf<typeof produce>, context) =>
        this.#deps.quotas.areNone() ? inner.handle(request, context) : this.#countedProduce(inner, request, context),
    }
  }

  async #countedProduce(inner: Handler, request: RequestOf<typeof produce>, context: RequestContext) {
    const response: ResponseOf<typeof produce> | undefined = await inner.handle(request, context)
    const throttleTimeMs = this.#count('producer_byte_rate', clientOf(context), producedBytes(request))
    this.#pause(context, throttleTimeMs)
    return response === undefined || throttleTimeMs === 0 ? response : { ...response, throttleTimeMs }
  }

  #fetch(inner: Handler): Handler {
    return {
      ...inner,
      handle: (request: RequestOf<typeof fetch>, context) => {
        const isBroker = request.replicaId >= 0 || request.replicaState.replicaId >= 0
        return isBroker || this.#deps.quotas.areNone()
          ? inner.handle(request, context)
          : this.#countedFetch(inner, request, context)
      },
    }
  }

  async #countedFetch(inner: Handler, request: RequestOf<typeof fetch>, context: RequestContext) {
    const client = clientOf(context)
    // More than a whole window allows could never be sent.
    const maxBytes = Math.min(request.maxBytes, this.#deps.quotas.windowBytes('consumer_byte_rate', client))
    const response: ResponseOf<typeof fetch> = await inner.handle({ ...request, maxBytes }, context)
    const bytes = fetchedBytes(response)
    const throttleTimeMs = this.#count('consumer_byte_rate', client, bytes)
    if (throttleTimeMs === 0) return response
    this.#pause(context, throttleTimeMs)
    return this.#fetchedNothing(response, context, throttleTimeMs)
  }

  /** QUO-04: who has to wait gets no data, and what was counted of it is taken back. */
  #fetchedNothing(response: ResponseOf<typeof fetch>, context: RequestContext, throttleTimeMs: number) {
    const { clock, quotas } = this.#deps
    const bytes = fetchedBytes(response)
    if (bytes > 0) quotas.unrecord('consumer_byte_rate', clientOf(context), bytes, clock.monotonicMs())
    return withoutRecords(response, throttleTimeMs)
  }

  #count(quota: 'producer_byte_rate' | 'consumer_byte_rate', client: QuotaClient, bytes: number): number {
    return this.#deps.quotas.record(quota, client, bytes, this.#deps.clock.monotonicMs())
  }

  #pause({ connectionId }: RequestContext, throttleTimeMs: number): void {
    if (throttleTimeMs <= 0) return
    const nowMs = this.#deps.clock.monotonicMs()
    if (this.#pausedUntilMs.size > pausesMax) {
      for (const [id, untilMs] of this.#pausedUntilMs) if (untilMs <= nowMs) this.#pausedUntilMs.delete(id)
    }
    this.#pausedUntilMs.set(connectionId, nowMs + throttleTimeMs)
  }

  #pauseMs(connectionId: number): number {
    if (this.#pausedUntilMs.size === 0) return 0
    const leftMs = (this.#pausedUntilMs.get(connectionId) ?? 0) - this.#deps.clock.monotonicMs()
    if (leftMs <= 0) this.#pausedUntilMs.delete(connectionId)
    return leftMs
  }
}

/** QUO-05: what brokers ask of each other. */
const isOfBroker = (api: Api, request: RequestOf<Api>): boolean =>
  api.key === writeTxnMarkers.key || request.replicaId >= 0 || request.replicaState?.replicaId >= 0

const principalPrefix = 'User:'

const clientOf = ({ principal, clientId }: RequestContext): QuotaClient => ({
  user: principal.startsWith(principalPrefix) ? principal.slice(principalPrefix.length) : principal,
  clientId: clientId ?? '',
})

function producedBytes(request: RequestOf<typeof produce>): number {
  let bytes = 0
  for (const topic of request.topicData) for (const partition of topic.partitionData) bytes += partition.records?.sizeBytes ?? 0
  return bytes
}

function fetchedBytes(response: ResponseOf<typeof fetch>): number {
  let bytes = 0
  for (const topic of response.responses) for (const partition of topic.partitions) bytes += partition.records?.sizeBytes ?? 0
  return bytes
}

const nothing = { chunks: [], sizeBytes: 0 }

const withoutRecords = (response: ResponseOf<typeof fetch>, throttleTimeMs: number): ResponseOf<typeof fetch> => ({
  ...response,
  throttleTimeMs,
  responses: response.responses.map(topic => ({
    ...topic,
    partitions: topic.partitions.map(partition => ({ ...partition, records: nothing })),
  })),
})
