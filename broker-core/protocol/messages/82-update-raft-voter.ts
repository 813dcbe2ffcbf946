import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, nullableString, string, uint16, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const listener = struct({
  name: string,
  host: string,
  port: uint16,
})

const kRaftVersionFeature = struct({
  minSupportedVersion: int16,
  maxSupportedVersion: int16,
})

const currentLeader = struct({
  leaderId: field(int32, { default: -1 }),
  leaderEpoch: field(int32, { default: -1 }),
  host: string,
  port: int32,
})

/** A voter tells the leader its endpoints and versions (KIP-853). */
export const updateRaftVoter = api({
  key: 82,
  name: 'UpdateRaftVoter',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: struct({
    clusterId: nullableString,
    currentLeaderEpoch: int32,
    voterId: int32,
    voterDirectoryId: uuid,
    listeners: array(listener),
    kRaftVersionFeature: kRaftVersionFeature,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    currentLeader: field(currentLeader, { tag: 0 }),
  }),
})
