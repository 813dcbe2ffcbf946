import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { brokerDirectory } from './cluster-shape.ts'

/**
 * What a voter keeps when it is emptied: its part of the metadata quorum. A voter without memory of its votes and of what it confirmed
 * could help to elect a leader that lacks committed metadata.
 */
const quorumFiles: ReadonlySet<string> = new Set(['__cluster_metadata-0', 'meta.properties'])

/** The files of the brokers in one data directory, each in a folder of its own. */
export interface BrokerFiles {
  has(brokerId: number): boolean
  /** Everything, or everything but what the quorum rests on. The broker must not run. */
  remove(brokerId: number, what: 'all' | 'replicas'): Promise<void>
}

export function brokerFiles(dataDirectory: string): BrokerFiles {
  return {
    has: brokerId => existsSync(brokerDirectory(dataDirectory, brokerId)),
    async remove(brokerId, what) {
      const path = brokerDirectory(dataDirectory, brokerId)
      if (what === 'all') return await rm(path, { recursive: true, force: true })
      // The mark of a clean stop among the first: without it the controller takes the broker for one that lost its data, which it is.
      const names = (await readdir(path)).filter(name => !quorumFiles.has(name)).sort()
      for (const name of names) await rm(join(path, name), { recursive: true, force: true })
    },
  }
}
