import { coordinatorKeyTypes, type CoordinatorFinder, type FoundCoordinator } from '../../coordinator/find-coordinator.ts'
import { errorCode, errorMessage } from '../../model/kafka-errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { findCoordinator } from '../../protocol/messages/10-find-coordinator.ts'
import { handler, type Handler } from '../handler.ts'

type Coordinator = ResponseOf<typeof findCoordinator>['coordinators'][number]

const batchesSince = 4

/** FindCoordinator v0-6: key types group and transaction, several keys at once (KIP-699). Version 6 is about share groups. */
export function findCoordinatorHandler(deps: { readonly coordinators: CoordinatorFinder }): Handler<typeof findCoordinator> {
  return handler(findCoordinator, async (request, { apiVersion, listener }) => {
    const keys = apiVersion >= batchesSince ? request.coordinatorKeys : [request.key]
    const keyType = coordinatorKeyTypes[request.keyType]
    const find = async (key: string): Promise<Coordinator> => {
      if (keyType === undefined) return toWire(key, { error: 'INVALID_REQUEST' })
      return toWire(key, await deps.coordinators.find(keyType, key, listener))
    }
    const coordinators = await Promise.all([...new Set(keys)].map(find))
    const [first] = coordinators
    if (apiVersion >= batchesSince || first === undefined) return { ...findCoordinator.response.zero, coordinators }
    const { key: _key, ...single } = first
    return { ...findCoordinator.response.zero, ...single }
  })
}

function toWire(key: string, found: FoundCoordinator): Coordinator {
  const common = { key, errorCode: errorCode(found.error), errorMessage: errorMessage(found.error) }
  if (found.error !== 'NONE') return { ...common, nodeId: -1, host: '', port: -1 }
  return { ...common, nodeId: found.nodeId, host: found.host, port: found.port }
}
