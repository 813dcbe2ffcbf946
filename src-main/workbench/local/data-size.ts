import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataDirectorySize } from '../../contract/views/cluster.ts'

/** Directories of a cluster are two levels deep; what lies deeper is not ours. */
const depthMax = 4

/** What the files of the embedded cluster take, by broker. Files that go meanwhile count for nothing. */
export async function dataDirectorySize(path: string, signal: AbortSignal): Promise<DataDirectorySize> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  const brokers: { brokerId: number; bytes: number }[] = []
  let otherBytes = 0
  for (const entry of entries) {
    signal.throwIfAborted()
    const bytes = await sizeOf(join(path, entry.name), depthMax, signal)
    const brokerId = /^broker-(\d+)$/.exec(entry.name)?.[1]
    if (brokerId === undefined) otherBytes += bytes
    else brokers.push({ brokerId: Number(brokerId), bytes })
  }
  brokers.sort((a, b) => a.brokerId - b.brokerId)
  const volume = await statfs(path).catch(() => undefined)
  return { brokers, otherBytes, freeBytes: volume === undefined ? null : volume.bavail * volume.bsize }
}

const blockBytes = 512

/** Indexes are made at their full length and hold almost nothing: what counts is what the volume has given. Windows counts no blocks. */
const takenOf = ({ blocks, size }: { readonly blocks: number; readonly size: number }): number =>
  process.platform === 'win32' ? size : Math.min(size, blocks * blockBytes)

async function sizeOf(path: string, depth: number, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted()
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return 0
  if (!found.isDirectory()) return takenOf(found)
  if (depth === 0) return 0
  const names = await readdir(path).catch(() => [])
  let bytes = 0
  for (const name of names) bytes += await sizeOf(join(path, name), depth - 1, signal)
  return bytes
}
