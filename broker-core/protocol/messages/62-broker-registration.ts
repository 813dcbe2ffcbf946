import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int64, nullableString, string, uint16, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

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

/**
 * A broker tells the controller that it exists (KIP-631).
 * - v1: request isMigratingZkBroker
 * - v2: request logDirs (KIP-858, KIP-966)
 * - v3: request previousBrokerEpoch (KIP-966)
 * - v4: same layout
 */
export const brokerRegistration = api({
  key: 62,
  name: 'BrokerRegistration',
  versions: [0, 4],
  flexibleSince: 0,
  listeners: ['controller'],
  request: struct({
    brokerId: int32,
    clusterId: string,
    incarnationId: uuid,
    listeners: array(listener),
    features: array(feature),
    rack: nullableString,
    isMigratingZkBroker: field(bool, { since: 1 }),
    logDirs: field(array(uuid), { since: 2, ignorable: true }),
    previousBrokerEpoch: field(int64, { since: 3, default: -1, ignorable: true }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    brokerEpoch: field(int64, { default: -1 }),
  }),
})
