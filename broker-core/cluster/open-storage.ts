import type { Env } from '../env/env.ts'
import type { LogDirectory, LogDirectoryOptions, MaintenanceIntervals } from '../storage/log-directory-port.ts'
import { openLogDirectory } from '../storage/log-directory.ts'
import { StorageFailure } from '../storage/partition-log.ts'
import { ConfigError, configNumber, parseProperties, type BrokerConfig } from './broker-config.ts'
import { LogDirectories, type LogDirectoriesOptions } from './log-directories.ts'

export interface OpenStorage {
  readonly clusterId: string
  readonly directories: LogDirectories
  /** Where `__cluster_metadata-0` lies: the first of `log.dirs`. */
  readonly metadataLogPath: string
  /** KIP-966: epoch of the run that stopped cleanly, in all directories; undefined after an unclean stop. */
  readonly previousBrokerEpoch: number | undefined
}

/**
 * Opens every `log.dirs` entry. One that fails is left out as long as another works and it is not the first, which holds the metadata
 * log. Throws LogDirectoryRefused (locked, of another cluster or node) or StorageFailure.
 */
export function openStorage(
  config: BrokerConfig,
  env: Env,
  options: Pick<LogDirectoryOptions, 'configOf' | 'onFailure' | 'onRecoveryProgress' | 'producerIdExpirationMs'> &
    Pick<LogDirectoriesOptions, 'cordoned'>,
): OpenStorage {
  const clusterId = config.clusterId ?? storedClusterId(config, env) ?? clusterIdFromVoters(config, env)
  if (clusterId === undefined)
    throw new ConfigError(
      `${config.logDirectories.join(', ')} is not formatted: with controller.quorum.bootstrap.servers a new node needs cluster.id, or brokerbench format`,
    )
  const opened: LogDirectory[] = []
  const unopened: string[] = []
  for (const path of config.logDirectories) {
    try {
      opened.push(openLogDirectory({ path, clusterId, nodeId: config.nodeId, ...limitsOf(config), ...options }, env))
    } catch (error) {
      const isBearable = error instanceof StorageFailure && opened.length > 0
      if (!isBearable) {
        for (const directory of opened) directory.abandon()
        throw error
      }
      unopened.push(path)
      env.log.write('error', 'log-directory.not-opened', { broker: config.nodeId, directory: path, error: error.message })
    }
  }
  const [first] = opened
  if (first === undefined) throw new ConfigError('log.dirs is empty')
  const epochs = opened.map(directory => directory.previousBrokerEpoch)
  return {
    clusterId,
    directories: new LogDirectories(opened, env.disk, { ...options, unopened }),
    metadataLogPath: first.metadataLogPath,
    previousBrokerEpoch: epochs.every(epoch => epoch === epochs[0]) ? epochs[0] : undefined,
  }
}

const limitsOf = (config: BrokerConfig) => ({
  cleanerMapBytesMax: configNumber(config, 'log.cleaner.dedupe.buffer.size'),
})

/** How often storage does its periodic work. */
export const maintenanceIntervals = (config: BrokerConfig): Partial<MaintenanceIntervals> => ({
  highWatermarkCheckpointMs: configNumber(config, 'replica.high.watermark.checkpoint.interval.ms'),
  recoveryPointCheckpointMs: configNumber(config, 'log.flush.offset.checkpoint.interval.ms'),
  retentionCheckMs: configNumber(config, 'log.retention.check.interval.ms'),
  cleanerBackoffMs: configNumber(config, 'log.cleaner.backoff.ms'),
})

function storedClusterId(config: BrokerConfig, env: Env): string | undefined {
  for (const directory of config.logDirectories) {
    const path = `${directory}/meta.properties`
    if (!env.disk.exists(path)) continue
    const file = env.disk.open(path, 'read')
    try {
      const bytes = new Uint8Array(file.size())
      file.readAt(bytes, 0)
      const clusterId = parseProperties(new TextDecoder().decode(bytes)).get('cluster.id')
      if (clusterId !== undefined) return clusterId
    } finally {
      file.close()
    }
  }
  return undefined
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** New brokers that name the same voters must find the same id without having met; 22 characters like a uuid. */
function clusterIdFromVoters(config: BrokerConfig, env: Env): string | undefined {
  if (config.voters.length === 0) return undefined
  const text = config.voters.map(voter => `${voter.nodeId}@${voter.host}:${voter.port}`).sort()
  const bytes = new TextEncoder().encode(text.join(','))
  let id = ''
  for (let seed = 0; id.length < 22; seed += 1) {
    const hash = env.crc32c(bytes, seed)
    for (let shift = 0; shift < 30 && id.length < 22; shift += 6) id += alphabet.charAt((hash >>> shift) & 63)
  }
  return id
}
