import { uuidFromRandom } from '../base/bytes/uuid.ts'
import type { MembershipChange } from '../consensus/voter-history.ts'
import { supportedKRaftVersions, type Voter, voterSet } from '../consensus/voter-set.ts'
import { type FeatureWish, featureRecords, newClusterLevels } from '../controller/feature-levels.ts'
import type { Env } from '../env/env.ts'
import { formatMetaProperties } from '../storage/meta-properties.ts'
import { writeBootstrapFile } from './bootstrap-file.ts'
import { ConfigError, type BrokerConfig } from './broker-config.ts'
import { snapshotFiles } from './raft-snapshot-files.ts'
import { replaceWhole } from './whole-file.ts'

export interface FormatOptions {
  readonly clusterId: string
  /**
   * The first voters of a new cluster with kraft.version 1, the same list at each of them. Empty: the node joins a cluster that is there, and
   * learns from its log who votes.
   */
  readonly initialControllers: readonly Voter[]
  /** For a new cluster; undefined: the newest of everything. */
  readonly features?: FeatureWish | undefined
}

/**
 * What `kafka-storage format` does, with `--initial-controllers` or without: `meta.properties` in every directory of the log, for a first voter
 * the snapshot at offset 0 that names the voters, and `bootstrap.checkpoint` for the levels that were wished. Throws ConfigError on a directory
 * that is formatted, and on levels that there are not.
 */
export function formatDirectories(config: BrokerConfig, options: FormatOptions, env: Env): void {
  const { disk } = env
  const { clusterId, initialControllers } = options
  const formatted = config.logDirectories.find(path => disk.exists(`${path}/meta.properties`))
  if (formatted !== undefined) throw new ConfigError(`${formatted} is formatted already`)
  const own = initialControllers.find(voter => voter.id === config.nodeId)
  if (initialControllers.length > 0 && own === undefined)
    throw new ConfigError(`node ${config.nodeId} is not among the initial controllers`)
  const levels = options.features === undefined ? undefined : levelsOf(options.features)
  const [first, ...others] = config.logDirectories
  if (first === undefined) throw new ConfigError('log.dirs is empty')
  const newId = () => uuidFromRandom(env.random.bytes(16))
  // The one with the metadata last: a format that was cut short can be repeated.
  for (const path of others) writeProperties(path, { clusterId, nodeId: config.nodeId, directoryId: newId() }, env)
  if (own !== undefined) writeVoters(`${first}/__cluster_metadata-0`, initialControllers, env)
  if (levels !== undefined) writeBootstrapFile(first, featureRecords(levels), env)
  writeProperties(first, { clusterId, nodeId: config.nodeId, directoryId: own?.directoryId ?? newId() }, env)
}

function levelsOf(wish: FeatureWish): Map<string, number> {
  try {
    return newClusterLevels(wish)
  } catch (error) {
    throw error instanceof RangeError ? new ConfigError(error.message) : error
  }
}

function writeVoters(directory: string, voters: readonly Voter[], env: Env): void {
  env.disk.makeDirectory(directory)
  const membership: MembershipChange[] = [
    { kind: 'kraft-version', level: 1 },
    { kind: 'voters', voters: voterSet(voters) },
  ]
  const content = { values: [], membership, lastAppendTimeMs: env.clock.nowMs() }
  snapshotFiles(directory, env.disk, env).write({ endOffset: 0, epoch: 0 }, content)
}

function writeProperties(path: string, of: { clusterId: string; nodeId: number; directoryId: string }, { disk }: Env): void {
  replaceWhole(path, 'meta.properties', [new TextEncoder().encode(formatMetaProperties(of))], disk)
}

/** `1@host:port:directoryId,…`, as `kafka-storage format --initial-controllers` takes it. Throws ConfigError. */
export function parseInitialControllers(text: string, listenerName: string): Voter[] {
  return text.split(',').map(part => {
    const match = /^\s*(\d+)@(.+):(\d+):([A-Za-z0-9_-]{22})\s*$/.exec(part)
    const [, id, host, port, directoryId] = match ?? []
    if (host === undefined || directoryId === undefined)
      throw new ConfigError(`initial controllers are a list of ID@HOST:PORT:DIRECTORY-ID: ${part.trim()}`)
    return {
      ...{ id: Number(id), directoryId },
      listeners: [{ name: listenerName, host: host.replace(/^\[|\]$/g, ''), port: Number(port) }],
      kraftVersions: supportedKRaftVersions,
    }
  })
}
