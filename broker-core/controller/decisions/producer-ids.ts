import { errorCode } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { allocateProducerIds } from '../../protocol/messages/67-allocate-producer-ids.ts'
import type { ControllerState, Decision } from '../controller.ts'
import { answer, brokerEpochProblem } from './decision.ts'

/** IDEM-01. */
const blockSize = 1000

/** AllocateProducerIds (67): the next block, never given twice. */
export function decideAllocateProducerIds(
  state: ControllerState,
  request: RequestOf<typeof allocateProducerIds>,
): Decision<ResponseOf<typeof allocateProducerIds>> {
  const { brokerId, brokerEpoch } = request
  const problem = brokerEpochProblem(state.image, brokerId, brokerEpoch)
  if (problem !== undefined)
    return answer({ throttleTimeMs: 0, errorCode: errorCode(problem), producerIdStart: 0, producerIdLen: 0 })
  const start = state.image.nextProducerId
  return {
    records: [{ type: 'ProducerIdsRecord', brokerId, brokerEpoch, nextProducerId: start + blockSize }],
    reply: { throttleTimeMs: 0, errorCode: 0, producerIdStart: start, producerIdLen: blockSize },
  }
}
