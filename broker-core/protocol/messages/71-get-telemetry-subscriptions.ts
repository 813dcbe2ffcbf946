import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int8, string, uuid } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

/** Which client metrics the broker wants (KIP-714). */
export const getTelemetrySubscriptions = api({
  key: 71,
  name: 'GetTelemetrySubscriptions',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    clientInstanceId: uuid,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    clientInstanceId: uuid,
    subscriptionId: int32,
    acceptedCompressionTypes: array(int8),
    pushIntervalMs: int32,
    telemetryMaxBytes: int32,
    deltaTemporality: bool,
    requestedMetrics: array(string),
  }),
})
