import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { unregisterBroker } from '../../protocol/messages/64-unregister-broker.ts'
import type { ControllerState, Decision } from '../controller.ts'
import { withoutBroker } from './broker-changes.ts'
import { answer, refusal, refusalFields } from './decision.ts'

/** UnregisterBroker (64): forgets it. What it had replicas of keeps naming it until it is reassigned, as in Kafka. */
export function decideUnregisterBroker(
  state: ControllerState,
  request: RequestOf<typeof unregisterBroker>,
): Decision<ResponseOf<typeof unregisterBroker>> {
  const broker = state.image.brokers.get(request.brokerId)
  if (broker === undefined) {
    return answer({
      throttleTimeMs: 0,
      ...refusalFields(refusal('BROKER_ID_NOT_REGISTERED', `Broker ID ${request.brokerId} is not currently registered`)),
    })
  }
  const { brokerId, brokerEpoch } = broker
  return {
    records: [...withoutBroker(state, brokerId), { type: 'UnregisterBrokerRecord', brokerId, brokerEpoch }],
    reply: { throttleTimeMs: 0, errorCode: 0, errorMessage: null },
  }
}
