import { api } from '../api.ts'
import { bool, bytes, int16, int32, int8, uuid } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

/** Client metrics (KIP-714). */
export const pushTelemetry = api({
  key: 72,
  name: 'PushTelemetry',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    clientInstanceId: uuid,
    subscriptionId: int32,
    terminating: bool,
    compressionType: int8,
    metrics: bytes,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
  }),
})
