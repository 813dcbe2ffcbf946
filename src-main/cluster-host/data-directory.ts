import { randomBytes } from 'node:crypto'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { uuidFromRandom } from '../../broker-core/base/bytes/uuid.ts'
import { brokersMax, brokersUsual } from './cluster-shape.ts'
import { readJsonFile, writeJsonFile } from '../settings/json-file.ts'

const port = z.number().int().min(1).max(65_535)
const clusterFile = z.object({
  version: z.literal(1),
  clusterId: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  /** The voters of its quorum, nodes 1 to this; they stay. */
  brokers: z.number().int().min(1).max(brokersMax),
  /** Client ports of the voters. */
  ports: z.array(port).max(brokersMax),
  /** Of the last run: voters find each other sooner where they were. */
  controllerPorts: z.array(port).max(brokersMax).default([]),
  /** Directories of the voters, as they are formatted (kraft.version 1); none in a cluster with static voters. */
  voterDirectoryIds: z
    .array(z.string().regex(/^[A-Za-z0-9_-]{22}$/))
    .max(brokersMax)
    .default([]),
  /** False until the voters' directories are formatted: what an interrupted format left is done again. */
  isFormatted: z.boolean().default(true),
  /** Brokers that were added to the running cluster. */
  added: z
    .array(z.object({ brokerId: z.number().int().min(1).max(2_147_483_647), port }))
    .max(brokersMax)
    .default([]),
  /** Server properties of all brokers, chosen in the settings. */
  properties: z.record(z.string().min(1).max(200), z.string().max(10_000)).default({}),
  /** The files of its brokers are being removed, or some of them are: to be done again before anything starts. */
  isResetting: z.boolean().default(false),
})
/** `cluster.json` in the data directory. */
export type ClusterFile = z.output<typeof clusterFile>

/** Why a directory cannot be used; one line for a person. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError'
}

export interface DataDirectory {
  readonly path: string
  readonly file: ClusterFile
  /** Writes what changed. */
  remember(change: Partial<Omit<ClusterFile, 'version' | 'brokers'>>): void
  /** Gives up the lock; safe to call again. */
  release(): void
}

/** Of a cluster that has no topic, no record and no vote yet. */
export const newIdentity = (voters: number): Pick<ClusterFile, 'clusterId' | 'voterDirectoryIds' | 'isFormatted' | 'added'> => ({
  clusterId: randomBytes(16).toString('base64url'),
  voterDirectoryIds: Array.from({ length: voters }, () => uuidFromRandom(randomBytes(16))),
  isFormatted: false,
  added: [],
})

export interface Lock {
  release(): void
}

/**
 * Makes the directory when missing, locks it for this process and reads what it holds. `lock` is undefined when another process has
 * it. Fewer brokers than it holds are refused, more are the caller's to add. Throws DataDirectoryError.
 */
export function openDataDirectory(
  path: string,
  wish: { readonly brokers: number | undefined },
  lock: (path: string) => Lock | undefined,
  told: (problem: string) => void,
): DataDirectory {
  makeWritable(path)
  const held = takeLock(path, lock)
  try {
    const filePath = join(path, 'cluster.json')
    const fresh: ClusterFile = {
      version: 1,
      brokers: wish.brokers ?? brokersUsual,
      ports: [],
      controllerPorts: [],
      ...newIdentity(wish.brokers ?? brokersUsual),
      properties: {},
      isResetting: false,
    }
    let file = readJsonFile(filePath, clusterFile, fresh, told)
    const present = file.brokers + file.added.length
    if (wish.brokers !== undefined && wish.brokers < present)
      throw new DataDirectoryError(`${path} holds a cluster of ${present} brokers, not of ${wish.brokers}`)
    if (file === fresh) writeJsonFile(filePath, file)
    return {
      path,
      get file() {
        return file
      },
      remember(change) {
        const next = { ...file, ...change }
        if (JSON.stringify(next) === JSON.stringify(file)) return
        file = next
        writeJsonFile(filePath, file)
      },
      release: held.release,
    }
  } catch (error) {
    held.release()
    throw error instanceof DataDirectoryError ? error : new DataDirectoryError(`${path}: ${(error as Error).message}`)
  }
}

function takeLock(path: string, lock: (path: string) => Lock | undefined): Lock {
  let held: Lock | undefined
  try {
    held = lock(join(path, '.lock'))
  } catch (error) {
    throw new DataDirectoryError(`cannot lock ${path}: ${(error as Error).message}`)
  }
  if (held === undefined) throw new DataDirectoryError(`${path} is in use by another Brokerbench`)
  return held
}

function makeWritable(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new DataDirectoryError(`cannot write to ${path}: ${reasonOf(error)}`)
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return 'not permitted'
  if (code === 'EROFS') return 'the file system is read-only'
  if (code === 'ENOSPC') return 'the disk is full'
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'it is not a directory'
  return message
}
