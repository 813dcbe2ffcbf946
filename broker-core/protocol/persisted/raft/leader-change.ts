import { message } from '../../message.ts'
import { array } from '../../schema/array.ts'
import { int16, int32, uuid } from '../../schema/primitives.ts'
import { field, struct } from '../../schema/struct.ts'

const voter = struct({
  voterId: int32,
  voterDirectoryId: field(uuid, { since: 1 }),
})

/**
 * First record of a leader of the metadata quorum (control type 2).
 * - v1: voterDirectoryId (KIP-853)
 */
export const leaderChange = message({
  name: 'LeaderChangeMessage',
  versions: [0, 1],
  flexibleSince: 0,
  body: struct({
    version: int16,
    leaderId: int32,
    voters: array(voter),
    grantingVoters: array(voter),
  }),
})
