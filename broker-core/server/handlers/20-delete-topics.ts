import { zeroUuid } from '../../base/bytes/uuid.ts'
import type { Controller } from '../../controller/controller.ts'
import { decideDeleteTopics } from '../../controller/decisions/delete-topics.ts'
import { deleteTopics } from '../../protocol/messages/20-delete-topics.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** DeleteTopics (20) at the controller: META-06. */
export function deleteTopicsHandler(controller: Controller): Handler<typeof deleteTopics> {
  return decided(deleteTopics, controller, decideDeleteTopics, request => ({
    throttleTimeMs: 0,
    responses: [
      ...request.topics.map(topic => ({ ...topic, ...notController })),
      ...request.topicNames.map(name => ({ name, topicId: zeroUuid, ...notController })),
    ],
  }))
}
