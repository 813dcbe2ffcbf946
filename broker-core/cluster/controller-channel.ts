import { WireFormatError } from '../base/bytes/wire-format-error.ts'
import { type ControllerCall, type ControllerChannel, ControllerUnavailable } from '../controller/controller-channel.ts'
import type { RaftNode } from '../consensus/raft-node.ts'
import type { Env } from '../env/env.ts'
import type { Api, RequestOf, ResponseOf } from '../protocol/api.ts'
import { type Endpoint, isSameEndpoint } from '../env/network.ts'
import { errorCode } from '../model/kafka-errors.ts'
import { openConnection, type OutboundConnection } from '../wire/outbound-connection.ts'

export interface ControllerChannelOptions {
  readonly nodeId: number
  readonly raft: Pick<RaftNode, 'leaderAndEpoch' | 'endpointsOf'>
  readonly env: Pick<Env, 'network' | 'timers' | 'clock' | 'random' | 'digest'>
  /** For connecting. */
  readonly requestTimeoutMs: number
}

interface Link {
  readonly leaderId: number
  readonly endpoint: Endpoint
  readonly opening: Promise<OutboundConnection>
}

const defaultTimeoutMs = 30_000
const firstPauseMs = 10
const pauseMaxMs = 200
const leaderCheckMs = 250

/**
 * The way of one broker to whoever leads the quorum, over TCP also when that is this node. One connection, opened when needed, replaced
 * when the leader changes or the connection breaks.
 */
export const controllerChannel = (options: ControllerChannelOptions): ControllerChannel => new Channel(options)

class Channel implements ControllerChannel {
  readonly #options: ControllerChannelOptions
  #current: Link | undefined
  /** Where the leader was not found, it is looked for elsewhere next. */
  #failures = 0
  #isClosed = false

  constructor(options: ControllerChannelOptions) {
    this.#options = options
  }

  async send<A extends Api>(api: A, request: RequestOf<A>, call: ControllerCall<A> = {}): Promise<ResponseOf<A>> {
    const { clock } = this.#options.env
    const deadlineMs = clock.monotonicMs() + (call.timeoutMs ?? defaultTimeoutMs)
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, pauseMaxMs)) {
      if (this.#isClosed) throw new ControllerUnavailable(`${api.name}: the channel is closed`)
      const result = await this.#once(api, request, call, Math.max(1, deadlineMs - clock.monotonicMs()))
      if (typeof result !== 'string') return result
      if (clock.monotonicMs() + pauseMs >= deadlineMs) throw new ControllerUnavailable(`${api.name}: ${result}`)
      await this.#pause(pauseMs)
    }
  }

  close(): void {
    this.#isClosed = true
    this.#letGo()
  }

  /** The answer, or why there is none yet. */
  async #once<A extends Api>(
    api: A,
    request: RequestOf<A>,
    call: ControllerCall<A>,
    leftMs: number,
  ): Promise<ResponseOf<A> | string> {
    const { leaderId } = this.#options.raft.leaderAndEpoch()
    if (leaderId === undefined) return 'no leader of the quorum is known'
    try {
      const link = this.#linkTo(leaderId)
      const connection = await link.opening
      const version = connection.negotiatedVersion(api, call.version)
      if (version === undefined) return this.#unserved(api, link)
      const answer: Promise<ResponseOf<A>> = connection.call(api, version, request, { timeoutMs: leftMs })
      const response = await Promise.race([answer, this.#leaderMoved(leaderId, answer)])
      if (response === undefined) return `node ${leaderId} leads no more`
      const isMisdirected = call.isMisdirected ?? saysNotController
      if (!isMisdirected(response)) return response
      if (this.#hasPlaces(leaderId)) this.#lookElsewhere(link)
      return `node ${leaderId} is not the active controller`
    } catch (error) {
      // What no controller serves, or nobody can encode, will not get better.
      if (error instanceof ControllerUnavailable || error instanceof WireFormatError) throw error
      return error instanceof Error ? error.message : String(error)
    }
  }

  #linkTo(leaderId: number): Link {
    const { env, nodeId, raft, requestTimeoutMs } = this.#options
    const endpoints = raft.endpointsOf(leaderId)
    const current = this.#current
    // Not one from before the leader said where it is: that may lead to another node, and with one place left nothing else is tried.
    if (current?.leaderId === leaderId && endpoints.some(endpoint => isSameEndpoint(endpoint, current.endpoint))) return current
    const endpoint = endpoints[this.#failures % Math.max(1, endpoints.length)]
    if (endpoint === undefined) throw new ControllerUnavailable(`no endpoint of node ${leaderId}`)
    this.#letGo()
    const opening = openConnection(
      endpoint,
      { clientId: `broker-${nodeId}-to-controller`, requestTimeoutMs, inFlightMax: 100 },
      env,
    )
    const mine = { leaderId, endpoint, opening }
    this.#current = mine
    const forget = () => {
      if (this.#current === mine) this.#current = undefined
    }
    opening.then(
      connection => (this.#isClosed ? connection.close() : connection.closed.then(forget)),
      () => {
        this.#failures += 1
        forget()
      },
    )
    return mine
  }

  /** Where a voter was, clients of another broker may be served by now. With one place it is the voter itself, and will not get better. */
  #unserved(api: Api, link: Link): string {
    const reason = `node ${link.leaderId} does not serve ${api.name}`
    if (!this.#hasPlaces(link.leaderId)) throw new ControllerUnavailable(reason)
    this.#lookElsewhere(link)
    return reason
  }

  #hasPlaces(leaderId: number): boolean {
    return this.#options.raft.endpointsOf(leaderId).length > 1
  }

  /** Perhaps it was somebody else who answered there. Counts once for all calls of a link: by twos half of the endpoints would never be tried. */
  #lookElsewhere(link: Link): void {
    if (this.#current !== link) return
    this.#failures += 1
    this.#letGo()
  }

  /** Calls in flight on it are rejected. */
  #letGo(): void {
    const old = this.#current
    this.#current = undefined
    old?.opening.then(connection => connection.close()).catch(() => undefined)
  }

  /**
   * Undefined once another node leads than the one that was asked. As long as it leads an answer is awaited, however slow: asking twice for
   * a topic would be told that it exists.
   */
  async #leaderMoved(askedId: number, answer: Promise<unknown>): Promise<undefined> {
    const asked = { isOpen: true }
    const settled = () => {
      asked.isOpen = false
    }
    answer.then(settled, settled)
    while (asked.isOpen && !this.#isClosed) {
      await this.#pause(leaderCheckMs)
      const { leaderId } = this.#options.raft.leaderAndEpoch()
      if (leaderId !== undefined && leaderId !== askedId) break
    }
    if (asked.isOpen && this.#current?.leaderId === askedId) this.#letGo()
    return undefined
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise(resolve => this.#options.env.timers.after(delayMs, resolve))
  }
}

const notController = errorCode('NOT_CONTROLLER')

/** Top-level error, or that of the first item: a controller that is not active refuses everything alike. */
export function saysNotController(response: unknown): boolean {
  if (typeof response !== 'object' || response === null) return false
  if ('errorCode' in response && response.errorCode !== 0) return response.errorCode === notController
  for (const value of Object.values(response)) {
    if (Array.isArray(value) && value.length > 0) return saysNotController(value[0])
  }
  return false
}
