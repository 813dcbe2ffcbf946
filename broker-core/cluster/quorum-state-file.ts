import type { ElectionState, QuorumStateStore } from '../consensus/ports.ts'
import type { Disk } from '../env/disk.ts'
import { readWhole } from './raft-snapshot-files.ts'

/**
 * The file `quorum-state` in `__cluster_metadata-0`: Kafka's QuorumStateData as JSON, data_version 0 (static voters). Written beside,
 * synced and renamed, so that a crash leaves the old or the new one. A file that cannot be read is an error: a node that forgot its vote
 * must not vote.
 */
export function quorumStateFile(options: {
  readonly directory: string
  readonly disk: Disk
  readonly clusterId: string
  readonly voterIds: readonly number[]
}): QuorumStateStore {
  const { directory, disk } = options
  const path = `${directory}/quorum-state`
  let last: string | undefined
  return {
    load() {
      if (!disk.exists(path)) return undefined
      return parsed(new TextDecoder().decode(readWhole(path, disk)), path)
    },
    save(state) {
      const text = JSON.stringify({
        clusterId: options.clusterId,
        leaderId: state.leaderId,
        leaderEpoch: state.epoch,
        votedId: state.votedId,
        appliedOffset: 0,
        currentVoters: options.voterIds.map(voterId => ({ voterId })),
        data_version: 0,
      })
      if (text === last) return
      disk.makeDirectory(directory)
      const file = disk.open(`${path}.tmp`, 'create')
      file.resize(0)
      file.writeAt([new TextEncoder().encode(text)], 0)
      file.sync()
      file.close()
      disk.rename(`${path}.tmp`, path)
      disk.syncDirectory(directory)
      last = text
    },
  }
}

function parsed(text: string, path: string): ElectionState {
  let data: Record<string, unknown>
  try {
    data = JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    throw new Error(`${path} is damaged: ${String(error)}`, { cause: error })
  }
  const { leaderEpoch, leaderId, votedId } = data
  if (![leaderEpoch, leaderId, votedId].every(Number.isSafeInteger)) throw new Error(`${path} is damaged: ${text.slice(0, 200)}`)
  return { epoch: Number(leaderEpoch), leaderId: Number(leaderId), votedId: Number(votedId) }
}
