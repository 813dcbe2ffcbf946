import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listOffsets } from '../../broker-core/client/admin/offsets.ts'
import { listTopics } from '../../broker-core/client/admin/topics.ts'
import { createClient } from '../../broker-core/client/connect-cluster.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { openPartitionReader } from '../../broker-core/client/reading/partition-reader.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { projectFolder } from './serve-process.ts'

/** Who wrote a recorded directory: `node test/recording/run.mjs WHO` records it anew. */
export type RecordedBy = 'kafka' | 'brokerbench'

/** What a client sees of a partition. Records as `offset timestamp key value`; a null value is `-`. */
export interface ObservedPartition {
  readonly start: number
  readonly end: number
  readonly committed: readonly string[]
  readonly all: readonly string[]
  /** Offset by time asked for. */
  readonly byTime: Readonly<Record<string, number>>
}
export type Observed = Readonly<Record<string, ObservedPartition>>

export const recordingFolder = join(projectFolder, 'test', 'fixtures', 'log-directories')
export const firstMs = 1_700_000_000_000

export interface Recording {
  /** Log directories of node 1 after a clean stop, and as they lay while the broker ran: what a kill leaves. */
  readonly clean: string
  readonly killed: string
  readonly observed: Observed
  remove(): void
}

/** Unpacks a recorded directory into a temporary folder. */
export function unpackRecording(by: RecordedBy): Recording {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-recorded-'))
  execFileSync('tar', ['-xzf', join(recordingFolder, `${by}.tar.gz`), '-C', folder])
  return {
    clean: join(folder, 'clean'),
    killed: join(folder, 'killed'),
    observed: JSON.parse(readFileSync(join(recordingFolder, `${by}.json`), 'utf8')) as Observed,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The same with the compacted topic down to the newest value of each key, whatever compaction has done since. */
export function currentState(observed: Observed): unknown {
  const { 'profiles-0': profiles, ...rest } = observed
  const newest = new Map((profiles?.committed ?? []).map(line => [line.split(' ')[2], line]))
  return { ...rest, profiles: [...newest.values()].filter(line => !line.endsWith(' -')).sort(), end: profiles?.end }
}

const text = (bytes: Uint8Array | null): string => (bytes === null ? '-' : new TextDecoder().decode(bytes))

export async function observe(client: KafkaClient): Promise<Observed> {
  const topics = (await listTopics(client)).filter(topic => !topic.isInternal)
  const observed: Record<string, ObservedPartition> = {}
  for (const { name, partitions } of topics.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const { partition } of partitions) observed[`${name}-${partition}`] = await observePartition(client, name, partition)
  }
  return observed
}

export async function observeAt(bootstrap: string): Promise<Observed> {
  const client = createClient({ bootstrap, clientId: 'observer' }, nodeEnv())
  try {
    return await observe(client)
  } finally {
    await client.close()
  }
}

async function observePartition(client: KafkaClient, topic: string, partition: number): Promise<ObservedPartition> {
  const offsetAt = async (at: Parameters<typeof listOffsets>[1][number]['at']) => {
    const [answer] = await listOffsets(client, [{ topic, partition, at }])
    if (answer?.error !== 'NONE') throw new Error(`${topic}-${partition}: ${answer?.error}`)
    return answer.offset
  }
  const [start, end] = [await offsetAt('earliest'), await offsetAt('latest')]
  const read = async (isolation: 'read_committed' | 'read_uncommitted') => {
    const reader = openPartitionReader(client, { topic, partition, offset: start, isolation, outcomes: false })
    const found: string[] = []
    while (reader.position() < end) {
      const page = await reader.read({ recordsMax: 1_000, endOffset: end })
      for (const it of page.records) found.push(`${it.offset} ${it.timestampMs} ${text(it.key)} ${text(it.value)}`)
      if (page.isAtEnd) break
    }
    return found
  }
  const byTime: Record<string, number> = {}
  for (const seconds of [-1, 0, 7, 63, 64.5, 121, 1_000_000]) {
    const timestampMs = firstMs + seconds * 1_000
    byTime[timestampMs] = await offsetAt({ timestampMs })
  }
  return { start, end, committed: await read('read_committed'), all: await read('read_uncommitted'), byTime }
}
