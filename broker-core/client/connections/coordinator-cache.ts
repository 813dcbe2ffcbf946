import { type Endpoint, isSameEndpoint } from '../../env/network.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { findCoordinator } from '../../protocol/messages/10-find-coordinator.ts'
import { type ErrorPlace, throwOnError } from '../client-error.ts'
import type { CoordinatorType } from '../kafka-client.ts'
import type { BrokerNode } from '../metadata/cluster-metadata.ts'

const keyTypes: Readonly<Record<CoordinatorType, number>> = { group: 0, transaction: 1, share: 2 }

/** Coordinators that are remembered; the oldest goes first. */
const entriesMax = 10_000

export function coordinatorPlace(of: CoordinatorType, key: string): ErrorPlace {
  return of === 'transaction' ? { transactionalId: key } : { group: key }
}

type Ask = (body: (version: number) => RequestOf<typeof findCoordinator>) => Promise<ResponseOf<typeof findCoordinator>>

/** Which broker coordinates what, as the cluster said it last. */
export class CoordinatorCache {
  readonly #ask: Ask
  readonly #nodes = new Map<string, BrokerNode>()
  readonly #underWay = new Map<string, Promise<BrokerNode>>()

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** Asks when it is not known; calls for the same key share the question. Throws COORDINATOR_NOT_AVAILABLE and the like. */
  find(of: CoordinatorType, key: string): Promise<BrokerNode> {
    const id = `${of}/${key}`
    const known = this.#nodes.get(id)
    if (known !== undefined) return Promise.resolve(known)
    const running = this.#underWay.get(id)
    if (running !== undefined) return running
    const started = this.#lookUp(of, key)
      .then(node => this.#remember(id, node))
      .finally(() => this.#underWay.delete(id))
    this.#underWay.set(id, started)
    return started
  }

  forget(of: CoordinatorType, key: string): void {
    this.#nodes.delete(`${of}/${key}`)
  }

  /** It cannot be reached: whatever it coordinated may have moved. */
  forgetNode(endpoint: Endpoint): void {
    for (const [id, node] of this.#nodes) {
      if (isSameEndpoint(node, endpoint)) this.#nodes.delete(id)
    }
  }

  async #lookUp(of: CoordinatorType, key: string): Promise<BrokerNode> {
    const zero = findCoordinator.request.zero
    const keyType = keyTypes[of]
    const reply = await this.#ask(version =>
      version >= 4 ? { ...zero, keyType, coordinatorKeys: [key] } : { ...zero, keyType, key },
    )
    const found = reply.coordinators[0] ?? reply
    throwOnError(found.errorCode, { api: findCoordinator.name, ...coordinatorPlace(of, key) }, found.errorMessage)
    return { nodeId: found.nodeId, host: found.host, port: found.port, rack: null }
  }

  #remember(id: string, node: BrokerNode): BrokerNode {
    this.#nodes.set(id, node)
    const oldest = this.#nodes.keys().next()
    if (this.#nodes.size > entriesMax && oldest.done !== true) this.#nodes.delete(oldest.value)
    return node
  }
}
