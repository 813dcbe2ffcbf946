import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int64, nullable, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

/**
 * A broker keeps its registration alive and learns whether it is fenced (KIP-631).
 * - v1: request offlineLogDirs
 * - v2: request cordonedLogDirs
 */
export const brokerHeartbeat = api({
  key: 63,
  name: 'BrokerHeartbeat',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['controller'],
  request: struct({
    brokerId: int32,
    brokerEpoch: field(int64, { default: -1 }),
    currentMetadataOffset: int64,
    wantFence: bool,
    wantShutDown: bool,
    offlineLogDirs: field(array(uuid), { since: 1, tag: 0 }),
    cordonedLogDirs: field(nullable(array(uuid)), { since: 2, default: null, tag: 1 }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    isCaughtUp: bool,
    isFenced: field(bool, { default: true }),
    shouldShutDown: bool,
  }),
})
