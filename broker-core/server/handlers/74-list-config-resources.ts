import type { MetadataImage } from '../../controller/image.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { listConfigResources } from '../../protocol/messages/74-list-config-resources.ts'
import { resourceType } from '../config-layers.ts'
import { handler, type Handler } from '../handler.ts'

/** Those that have dynamic configuration of their own (KIP-1142). */
const listable: readonly number[] = [
  resourceType.topic,
  resourceType.broker,
  resourceType.brokerLogger,
  resourceType.clientMetrics,
  resourceType.group,
]

/** ListConfigResources v0-1: v0 knows client metrics only (KIP-1000). */
export function listConfigResourcesHandler(deps: { image(): MetadataImage }): Handler<typeof listConfigResources> {
  return handler(listConfigResources, (request, context) => {
    const asked = context.apiVersion === 0 ? [resourceType.clientMetrics] : request.resourceTypes
    const types = asked.length === 0 ? listable : [...new Set(asked)]
    if (types.some(type => !listable.includes(type))) {
      return { throttleTimeMs: 0, errorCode: errorCode('UNSUPPORTED_VERSION'), configResources: [] }
    }
    const image = deps.image()
    const configResources = types.flatMap(type =>
      namesOf(image, type).map(resourceName => ({ resourceName, resourceType: type })),
    )
    return { throttleTimeMs: 0, errorCode: 0, configResources }
  })
}

function namesOf(image: MetadataImage, type: number): string[] {
  switch (type) {
    case resourceType.topic:
      return [...image.topicsByName.keys()]
    case resourceType.broker:
    case resourceType.brokerLogger:
      return [...image.brokers.keys()].map(String)
    default:
      return [...image.configs.keys()].filter(key => key.startsWith(`${type}:`)).map(key => key.slice(key.indexOf(':') + 1))
  }
}
