import type { Api, RequestOf, ResponseOf } from '../protocol/api.ts'

/**
 * Requests from a broker to the active controller over TCP; a port because the layers that need it (ISR changes, registration,
 * forwarding, producer ids) own no connections. `cluster/controller-channel.ts` finds the leader of the quorum, connects to its
 * controller listener, and asks again, with a pause, when it has moved.
 */
export interface ControllerChannel {
  /**
   * Answers with the response of the controller that was active at the time. Rejects with ControllerUnavailable once `timeoutMs` have passed
   * without one, or when the channel is closed. Requests are repeated after a broken connection, so each must bear being done twice
   * (Kafka's do: epochs guard them).
   */
  send<A extends Api>(api: A, request: RequestOf<A>, options?: ControllerCall<A>): Promise<ResponseOf<A>>
  close(): void
}

export interface ControllerCall<A extends Api> {
  /** Default 30,000. */
  readonly timeoutMs?: number
  /** Version to use; default the newest of the schema. */
  readonly version?: number
  /** True when the response says NOT_CONTROLLER: the channel then looks for the new one and asks again. Default: top-level errorCode 41. */
  readonly isMisdirected?: (response: ResponseOf<A>) => boolean
}

export class ControllerUnavailable extends Error {
  override readonly name = 'ControllerUnavailable'
}
