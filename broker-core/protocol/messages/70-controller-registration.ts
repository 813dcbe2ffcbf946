import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, nullableString, string, uint16, uuid } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

const listener = struct({
  name: string,
  host: string,
  port: uint16,
  securityProtocol: int16,
})

const feature = struct({
  name: string,
  minSupportedVersion: int16,
  maxSupportedVersion: int16,
})

/** A controller tells the active controller that it exists (KIP-919). */
export const controllerRegistration = api({
  key: 70,
  name: 'ControllerRegistration',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: struct({
    controllerId: int32,
    incarnationId: uuid,
    zkMigrationReady: bool,
    listeners: array(listener),
    features: array(feature),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
  }),
})
