import type { MetadataImage } from '../../controller/image.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { describeCluster } from '../../protocol/messages/60-describe-cluster.ts'
import { clusterOperations, operationsNotAsked } from '../authorized-operations.ts'
import { handler, type Handler, type RequestContext } from '../handler.ts'
import { anyLiveBroker } from '../live-brokers.ts'

type Request = RequestOf<typeof describeCluster>
type Response = ResponseOf<typeof describeCluster>
type Node = Response['brokers'][number]

export interface DescribeClusterDeps {
  image(): MetadataImage
  fraction(): number
  /** Present on the controller's listener: the voters and which of them leads (KIP-919). */
  readonly controllers?: { leaderId(): number; nodes(): readonly { nodeId: number; host: string; port: number }[] }
}

const brokersWanted = 1
const controllersWanted = 2

/** DescribeCluster v0-2: META-10. Each listener answers for its own kind of node. */
export function describeClusterHandler(deps: DescribeClusterDeps): Handler<typeof describeCluster> {
  return handler(describeCluster, (request, context) => {
    const served = deps.controllers === undefined ? brokersWanted : controllersWanted
    if (request.endpointType !== served) return refused(request)
    const { controllers } = deps
    const image = deps.image()
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: null,
      endpointType: request.endpointType,
      clusterId: image.clusterId,
      controllerId: controllers === undefined ? anyLiveBroker(image, deps.fraction()) : controllers.leaderId(),
      brokers: controllers === undefined ? brokersOf(image, request, context) : controllers.nodes().map(controllerNode),
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations : operationsNotAsked,
    }
  })
}

function brokersOf(image: MetadataImage, request: Request, context: RequestContext): Node[] {
  const nodes: Node[] = []
  for (const broker of image.brokers.values()) {
    if (broker.fenced && !request.includeFencedBrokers) continue
    const endpoint = broker.endpoints.find(candidate => candidate.listener === context.listener)
    if (endpoint === undefined) continue
    const { host, port } = endpoint
    nodes.push({ brokerId: broker.brokerId, host, port, rack: broker.rack, isFenced: broker.fenced })
  }
  return nodes
}

const controllerNode = (node: { nodeId: number; host: string; port: number }): Node => ({
  brokerId: node.nodeId,
  host: node.host,
  port: node.port,
  rack: null,
  isFenced: false,
})

function refused(request: Request): Response {
  const isKnown = request.endpointType === brokersWanted || request.endpointType === controllersWanted
  return {
    ...describeCluster.response.zero,
    errorCode: errorCode(isKnown ? 'MISMATCHED_ENDPOINT_TYPE' : 'UNSUPPORTED_ENDPOINT_TYPE'),
    errorMessage: isKnown
      ? 'The request was sent to an endpoint of the wrong type'
      : `Unsupported endpoint type ${request.endpointType}`,
  }
}
