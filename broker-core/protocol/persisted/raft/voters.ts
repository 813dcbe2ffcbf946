import { message } from '../../message.ts'
import { array } from '../../schema/array.ts'
import { int16, int32, string, uint16, uuid } from '../../schema/primitives.ts'
import { struct } from '../../schema/struct.ts'

/** Version of the quorum protocol (control type 5, KIP-853). */
export const kraftVersionRecord = message({
  name: 'KRaftVersionRecord',
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    version: int16,
    kRaftVersion: int16,
  }),
})

const endpoint = struct({
  name: string,
  host: string,
  port: uint16,
})

const kRaftVersionFeature = struct({
  minSupportedVersion: int16,
  maxSupportedVersion: int16,
})

const voter = struct({
  voterId: int32,
  voterDirectoryId: uuid,
  endpoints: array(endpoint),
  kRaftVersionFeature: kRaftVersionFeature,
})

/** Voters of the metadata quorum (control type 6, KIP-853). */
export const votersRecord = message({
  name: 'VotersRecord',
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    version: int16,
    voters: array(voter),
  }),
})
