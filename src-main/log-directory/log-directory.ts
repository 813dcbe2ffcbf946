import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { zeroUuid } from '../../broker-core/base/bytes/uuid.ts'
import { parseMetaProperties, parsePartitionMetadata, partitionMetadataName } from '../../broker-core/storage/meta-properties.ts'
import { parsePartitionDirectoryName, parseSegmentFileName } from '../../broker-core/storage/file-names.ts'
import { partitionFiles } from './partition-files.ts'
import type { PartitionFiles } from './partition-files.ts'

/** A log directory as Kafka and our brokers write it, or a folder of such directories: what lies in it, read only. */
export interface LogDirectory {
  readonly path: string
  readonly clusterId: string | null
  readonly nodeId: number
  /** Partitions in order, as they lie on disk now. */
  topics(): readonly DirectoryTopic[]
  partition(topic: string, partition: number): PartitionFiles | undefined
}

export interface DirectoryTopic {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly { readonly partition: number; readonly files: PartitionFiles }[]
}

/** Why a folder cannot be opened; one line for a person. */
export class LogDirectoryError extends Error {
  override readonly name = 'LogDirectoryError'
}

/** Throws LogDirectoryError when the folder cannot be read or holds no partition. */
export function openLogDirectory(path: string): LogDirectory {
  const roots = rootsOf(path)
  const meta = parseMetaProperties(textOf(join(roots[0] as string, 'meta.properties')) ?? '')
  const topics = remembered(() => topicsIn(roots), lookAgainAfterMs)
  if (topics().length === 0) throw new LogDirectoryError(`${path} holds no partition: give a log directory of a broker`)
  return {
    path,
    clusterId: meta.clusterId ?? null,
    nodeId: meta.nodeId ?? 0,
    topics,
    partition: (topic, partition) =>
      topics()
        .find(it => it.name === topic)
        ?.partitions.find(it => it.partition === partition)?.files,
  }
}

/** Topics seldom come and go, least of all where no broker runs. */
const lookAgainAfterMs = 2_000

function remembered<T>(look: () => T, forMs: number): () => T {
  let kept: { readonly value: T; readonly atMs: number } | undefined
  return () => {
    if (kept === undefined || performance.now() - kept.atMs > forMs) kept = { value: look(), atMs: performance.now() }
    return kept.value
  }
}

/** The folder itself when partitions lie in it, else the folders in it where they do: the directories of several brokers. */
function rootsOf(path: string): readonly string[] {
  const below = foldersIn(path)
  if (
    below.some(
      name => parsePartitionDirectoryName(name) !== undefined && textOf(join(path, name, partitionMetadataName)) !== undefined,
    )
  )
    return [path]
  const roots = below.map(name => join(path, name)).filter(root => textOf(join(root, 'meta.properties')) !== undefined)
  return roots.length === 0 ? [path] : roots
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'is not there' : code === 'ENOTDIR' ? 'is no folder' : 'cannot be read'
    throw new LogDirectoryError(`${path} ${reason}`, { cause: error })
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

interface Replica {
  readonly topic: string
  readonly partition: number
  readonly topicId: string
  readonly files: PartitionFiles
}

/** Where several directories have a replica, the one with the most bytes stands for the partition. */
function topicsIn(roots: readonly string[]): DirectoryTopic[] {
  const replicas = new Map<string, Replica>()
  for (const root of roots) {
    const starts = startOffsets(root)
    for (const name of foldersIn(root)) {
      const parsed = parsePartitionDirectoryName(name)
      if (parsed === undefined || parsed.suffix !== undefined) continue
      const directory = join(root, name)
      if (!isPartition(directory)) continue
      const topicId = parsePartitionMetadata(textOf(join(directory, partitionMetadataName)) ?? '') ?? zeroUuid
      const files = partitionFiles(directory, () => starts.get(`${parsed.topic} ${parsed.partition}`))
      const known = replicas.get(name)
      if (known === undefined || bytesIn(directory) > bytesIn(known.files.directory))
        replicas.set(name, { topic: parsed.topic, partition: parsed.partition, topicId, files })
    }
  }
  return byTopic([...replicas.values()])
}

function byTopic(replicas: readonly Replica[]): DirectoryTopic[] {
  const topics = new Map<string, Replica[]>()
  for (const it of replicas) topics.set(it.topic, [...(topics.get(it.topic) ?? []), it])
  return [...topics]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, some]) => ({
      name,
      topicId: some[0]?.topicId ?? zeroUuid,
      partitions: some.sort((a, b) => a.partition - b.partition).map(({ partition, files }) => ({ partition, files })),
    }))
}

/** By what lies in it: other programs, too, have folders whose names end in a number. */
const isPartition = (directory: string): boolean =>
  namesIn(directory).some(name => name === partitionMetadataName || parseSegmentFileName(name)?.kind === '.log')

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    // Not ours to read: then it is no partition that could be shown.
    return []
  }
}

const bytesIn = (directory: string): number =>
  readdirSync(directory).reduce(
    (sum, name) => sum + (name.endsWith('.log') ? (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0) : 0),
    0,
  )

/** `log-start-offset-checkpoint`: records below were deleted although their segment is there. */
function startOffsets(root: string): Map<string, number> {
  const [, , ...lines] = (textOf(join(root, 'log-start-offset-checkpoint')) ?? '').split('\n')
  const entries = lines.map(line => /^(\S+) (\d+) (\d+)$/.exec(line.trim())).filter(match => match !== null)
  return new Map(entries.map(([, topic, partition, offset]) => [`${topic} ${partition}`, Number(offset)]))
}
