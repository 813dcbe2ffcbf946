import { zeroUuid } from '../base/bytes/uuid.ts'
import type { ControlRecord, LeaderChange } from '../consensus/ports.ts'
import type { MembershipChange } from '../consensus/voter-history.ts'
import { type ReplicaKey, type Voter, voterSet, type VoterSet } from '../consensus/voter-set.ts'
import { decodeControlValue, encodeControlValue } from '../protocol/persisted/raft/control-values.ts'
import { leaderChange } from '../protocol/persisted/raft/leader-change.ts'
import { kraftVersionRecord, votersRecord } from '../protocol/persisted/raft/voters.ts'
import { controlRecordKey, controlTypeOf, controlTypes } from '../records/control-records.ts'
import type { RecordView } from '../records/record-reader.ts'

/** The quorum's control records as bytes, in Kafka's formats. */
export interface EncodedControl {
  readonly timestampMs: number
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export function encodeControl(record: ControlRecord, timestampMs: number): EncodedControl {
  switch (record.kind) {
    case 'leader-change':
      return { timestampMs, key: controlRecordKey(controlTypes.leaderChange), value: leaderChangeValue(record) }
    case 'kraft-version': {
      const value = encodeControlValue(kraftVersionRecord, { version: 0, kRaftVersion: record.level })
      return { timestampMs, key: controlRecordKey(controlTypes.kraftVersion), value }
    }
    case 'voters':
      return { timestampMs, key: controlRecordKey(controlTypes.kraftVoters), value: votersValue(record.voters) }
  }
}

/** What a control record says of the quorum itself; undefined for the others. */
export function decodeMembership(record: Pick<RecordView, 'key' | 'value'>): MembershipChange | undefined {
  const type = controlTypeOf(record.key)
  if (record.value === null) return undefined
  if (type === controlTypes.kraftVersion)
    return { kind: 'kraft-version', level: decodeControlValue(kraftVersionRecord, record.value).kRaftVersion }
  if (type !== controlTypes.kraftVoters) return undefined
  const { voters } = decodeControlValue(votersRecord, record.value)
  return {
    kind: 'voters',
    voters: voterSet(
      voters.map(
        (voter): Voter => ({
          id: voter.voterId,
          directoryId: voter.voterDirectoryId === zeroUuid ? undefined : voter.voterDirectoryId,
          listeners: voter.endpoints.map(({ name, host, port }) => ({ name, host, port })),
          kraftVersions: {
            min: voter.kRaftVersionFeature.minSupportedVersion,
            max: voter.kRaftVersionFeature.maxSupportedVersion,
          },
        }),
      ),
    ),
  }
}

function votersValue(voters: VoterSet): Uint8Array {
  return encodeControlValue(votersRecord, {
    version: 0,
    voters: [...voters.values()].map(voter => ({
      voterId: voter.id,
      voterDirectoryId: voter.directoryId ?? zeroUuid,
      endpoints: voter.listeners.map(({ name, host, port }) => ({ name, host, port })),
      kRaftVersionFeature: { minSupportedVersion: voter.kraftVersions.min, maxSupportedVersion: voter.kraftVersions.max },
    })),
  })
}

/** Version 1 would have the directories, but Kafka reads this record as version 0, whatever it says of itself. */
function leaderChangeValue({ leaderId, voters, granting }: LeaderChange): Uint8Array {
  const replica = ({ id }: ReplicaKey) => ({ voterId: id, voterDirectoryId: zeroUuid })
  return encodeControlValue(leaderChange, {
    version: 0,
    leaderId,
    voters: voters.map(replica),
    grantingVoters: granting.map(replica),
  })
}
