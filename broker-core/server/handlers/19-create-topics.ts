import { zeroUuid } from '../../base/bytes/uuid.ts'
import type { Controller } from '../../controller/controller.ts'
import { decideCreateTopics } from '../../controller/decisions/create-topics.ts'
import { createTopics } from '../../protocol/messages/19-create-topics.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** CreateTopics (19) at the controller: META-05. */
export function createTopicsHandler(controller: Controller): Handler<typeof createTopics> {
  return decided(createTopics, controller, decideCreateTopics, request => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name }) => ({
      name,
      topicId: zeroUuid,
      ...notController,
      topicConfigErrorCode: 0,
      numPartitions: -1,
      replicationFactor: -1,
      configs: [],
    })),
  }))
}
