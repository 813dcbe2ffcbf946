import { DiskError } from '../env/disk.ts'
import type { Env } from '../env/env.ts'
import {
  LogDirectoryRefused,
  type LogDirectory,
  type LogDirectoryOptions,
  type MaintenanceIntervals,
} from '../storage/log-directory-port.ts'
import { openLogDirectory } from '../storage/log-directory.ts'
import { type MetaProperties, parseMetaProperties } from '../storage/meta-properties.ts'
import { StorageFailure } from '../storage/partition-log.ts'
import { ConfigError, configNumber, type BrokerConfig } from './broker-config.ts'
import { LogDirectories, type LogDirectoriesOptions } from './log-directories.ts'
import { readWhole } from './whole-file.ts'

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
 * log. Throws LogDirectoryRefused (locked, of another cluster or node, a copy of another one) or StorageFailure.
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
  refuseCopies(config, env)
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
    const clusterId = storedProperties(directory, env)?.clusterId
    if (clusterId !== undefined) return clusterId
  }
  return undefined
}

function storedProperties(directory: string, { disk }: Env): MetaProperties | undefined {
  const path = `${directory}/meta.properties`
  return disk.exists(path) ? parseMetaProperties(new TextDecoder().decode(readWhole(path, disk))) : undefined
}

/** KIP-858: the metadata names a replica's directory by its id, which a copy of a directory has too. Before anything is opened. */
function refuseCopies(config: BrokerConfig, env: Env): void {
  const pathOf = new Map<string, string>()
  for (const path of config.logDirectories) {
    const id = readableProperties(path, env)?.directoryId
    const other = id === undefined ? undefined : pathOf.get(id)
    if (other !== undefined) throw new LogDirectoryRefused(`${path} has the directory.id of ${other}: one is a copy of the other`)
    if (id !== undefined) pathOf.set(id, path)
  }
}

/** A directory that cannot be read is told of when it is opened. */
function readableProperties(path: string, env: Env): MetaProperties | undefined {
  try {
    return storedProperties(path, env)
  } catch (error) {
    if (error instanceof DiskError) return undefined
    throw error
  }
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
