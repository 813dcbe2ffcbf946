import { message } from '../../message.ts'
import { array } from '../../schema/array.ts'
import { bool, int16, int32, int64, int8, nullable, nullableString, string, uint16, uuid } from '../../schema/primitives.ts'
import { field, struct } from '../../schema/struct.ts'

const brokerEndpoint = struct({
  name: string,
  host: string,
  port: uint16,
  securityProtocol: int16,
})

const brokerFeature = struct({
  name: string,
  minSupportedVersion: int16,
  maxSupportedVersion: int16,
})

/**
 * A broker said that it exists; replaces its earlier registration.
 * - v1: inControlledShutdown
 * - v2: isMigratingZkBroker
 * - v3: logDirs
 * - v4: cordonedLogDirs
 */
export const registerBrokerRecord = message({
  name: 'RegisterBrokerRecord',
  key: 0,
  versions: [0, 4],
  flexibleSince: 0,
  body: struct({
    brokerId: int32,
    isMigratingZkBroker: field(bool, { since: 2 }),
    incarnationId: uuid,
    brokerEpoch: int64,
    endPoints: array(brokerEndpoint),
    features: array(brokerFeature),
    rack: nullableString,
    fenced: field(bool, { default: true }),
    inControlledShutdown: field(bool, { since: 1 }),
    logDirs: field(array(uuid), { since: 3, tag: 0 }),
    cordonedLogDirs: field(nullable(array(uuid)), { since: 4, default: null, tag: 1 }),
  }),
})

/** A broker was forgotten. */
export const unregisterBrokerRecord = message({
  name: 'UnregisterBrokerRecord',
  key: 1,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    brokerId: int32,
    brokerEpoch: int64,
  }),
})

/** A broker stopped answering. Only of old logs; BrokerRegistrationChange took its place. */
export const fenceBrokerRecord = message({
  name: 'FenceBrokerRecord',
  key: 7,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    id: int32,
    epoch: int64,
  }),
})

/** A broker answers again. Only of old logs; BrokerRegistrationChange took its place. */
export const unfenceBrokerRecord = message({
  name: 'UnfenceBrokerRecord',
  key: 8,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    id: int32,
    epoch: int64,
  }),
})

/**
 * A broker was fenced or unfenced, shuts down, or its log directories changed.
 * - v1: inControlledShutdown
 * - v2: logDirs
 * - v3: cordonedLogDirs
 */
export const brokerRegistrationChangeRecord = message({
  name: 'BrokerRegistrationChangeRecord',
  key: 17,
  versions: [0, 3],
  flexibleSince: 0,
  body: struct({
    brokerId: int32,
    brokerEpoch: int64,
    fenced: field(int8, { tag: 0 }),
    inControlledShutdown: field(int8, { since: 1, tag: 1 }),
    logDirs: field(array(uuid), { since: 2, tag: 2 }),
    cordonedLogDirs: field(nullable(array(uuid)), { since: 3, default: null, tag: 3 }),
  }),
})
