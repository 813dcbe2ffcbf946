import { zeroUuid } from '../base/bytes/uuid.ts'
import type { ElectionState, QuorumStateStore } from '../consensus/ports.ts'
import type { Disk } from '../env/disk.ts'
import { readWhole, replaceWhole } from './whole-file.ts'

const name = 'quorum-state'

/**
 * The file `quorum-state` in `__cluster_metadata-0`: Kafka's QuorumStateData as JSON, data_version 0 with kraft.version 0, else 1. Written beside,
 * synced and renamed, so that a crash leaves the old or the new one. A file that cannot be read is an error: a node that forgot its vote
 * must not vote.
 */
export function quorumStateFile(options: {
  readonly directory: string
  readonly disk: Disk
  readonly clusterId: string
  readonly staticVoterIds: readonly number[]
}): QuorumStateStore {
  const { directory, disk } = options
  const path = `${directory}/${name}`
  let last: string | undefined
  return {
    load() {
      if (!disk.exists(path)) return undefined
      return parsed(new TextDecoder().decode(readWhole(path, disk)), path)
    },
    save(state, kraftVersion) {
      const text = JSON.stringify(kraftVersion > 0 ? versionOne(state) : versionZero(state, options))
      if (text === last) return
      replaceWhole(directory, name, [new TextEncoder().encode(text)], disk)
      last = text
    },
  }
}

const versionZero = (
  state: ElectionState,
  { clusterId, staticVoterIds }: { readonly clusterId: string; readonly staticVoterIds: readonly number[] },
) => ({
  clusterId,
  leaderId: state.leaderId,
  leaderEpoch: state.epoch,
  votedId: state.voted?.id ?? -1,
  appliedOffset: 0,
  currentVoters: staticVoterIds.map(voterId => ({ voterId })),
  data_version: 0,
})

const versionOne = (state: ElectionState) => ({
  leaderId: state.leaderId,
  leaderEpoch: state.epoch,
  votedId: state.voted?.id ?? -1,
  votedDirectoryId: state.voted?.directoryId ?? zeroUuid,
  data_version: 1,
})

function parsed(text: string, path: string): ElectionState {
  let data: Record<string, unknown>
  try {
    data = JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    throw new Error(`${path} is damaged: ${String(error)}`, { cause: error })
  }
  const { leaderEpoch, leaderId, votedId, votedDirectoryId } = data
  if (![leaderEpoch, leaderId, votedId].every(Number.isSafeInteger)) throw new Error(`${path} is damaged: ${text.slice(0, 200)}`)
  const directoryId = typeof votedDirectoryId === 'string' && votedDirectoryId !== zeroUuid ? votedDirectoryId : undefined
  const voted = Number(votedId) < 0 ? undefined : { id: Number(votedId), directoryId }
  return { epoch: Number(leaderEpoch), leaderId: Number(leaderId), voted }
}
