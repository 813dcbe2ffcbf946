import { message } from '../../message.ts'
import { array } from '../../schema/array.ts'
import { bool, int16, int32, string, uint16, uuid } from '../../schema/primitives.ts'
import { struct } from '../../schema/struct.ts'

const controllerEndpoint = struct({
  name: string,
  host: string,
  port: uint16,
  securityProtocol: int16,
})

const controllerFeature = struct({
  name: string,
  minSupportedVersion: int16,
  maxSupportedVersion: int16,
})

/** A controller said that it exists (KIP-919). */
export const registerControllerRecord = message({
  name: 'RegisterControllerRecord',
  key: 27,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    controllerId: int32,
    incarnationId: uuid,
    zkMigrationReady: bool,
    endPoints: array(controllerEndpoint),
    features: array(controllerFeature),
  }),
})

/** A controller was forgotten. */
export const unregisterControllerRecord = message({
  name: 'UnregisterControllerRecord',
  key: 29,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    controllerId: int32,
  }),
})
