import { batchBaseOffset, batchLastOffset, batchLeaderEpoch } from '../../broker-core/records/batch-header.ts'
import { batchesIn } from '../../broker-core/records/batch-iterator.ts'
import type { SimCluster } from './sim-cluster.ts'

/** What stands on the disks of all brokers must be the same bytes; says where not. */
export function compareReplicas(cluster: SimCluster, topic: string, partitions: number): string[] {
  const differences: string[] = []
  for (let partition = 0; partition < partitions; partition++) {
    const logs = cluster.ids.map(id => ({ id, bytes: logBytes(cluster, id, `${topic}-${partition}`) }))
    const [first, ...others] = logs
    for (const { id, bytes } of logs) {
      const hole = firstHole(bytes)
      if (hole !== undefined) differences.push(`partition ${partition}: on broker ${id} ${hole}`)
    }
    for (const other of others) {
      const difference = first === undefined ? undefined : firstDifference(first.bytes, other.bytes)
      if (difference !== undefined)
        differences.push(`partition ${partition}: brokers ${first?.id} and ${other.id} differ ${difference}`)
    }
  }
  return differences
}

/** Where two brokers hold the same offset of the metadata log, it must be the same batch; says where not. */
export function compareMetadataLogs(cluster: SimCluster): string[] {
  const first = new Map<number, { readonly id: number; readonly batch: Uint8Array }>()
  const differences: string[] = []
  for (const id of cluster.ids) {
    for (const batch of batchesIn(logBytes(cluster, id, '__cluster_metadata-0'))) {
      const offset = batchBaseOffset(batch, 0)
      const known = first.get(offset)
      if (known === undefined) first.set(offset, { id, batch })
      else if (Buffer.compare(known.batch, batch) !== 0) {
        differences.push(
          `metadata: brokers ${known.id} and ${id} differ at offset ${offset}: ${text(known.batch)} and ${text(batch)}`,
        )
      }
    }
  }
  return differences
}

function logBytes(cluster: SimCluster, id: number, folder: string): Uint8Array {
  const disk = cluster.diskOf(id)
  const segments = disk.paths().filter(path => path.includes(`/${folder}/`) && path.endsWith('.log'))
  return Buffer.concat(segments.map(path => disk.bytesOf(path)))
}

function firstHole(bytes: Uint8Array): string | undefined {
  let next = 0
  for (const batch of batchesIn(bytes)) {
    if (batchBaseOffset(batch, 0) !== next) return `offset ${batchBaseOffset(batch, 0)} stands where ${next} should`
    next = batchLastOffset(batch, 0) + 1
  }
  return undefined
}

function firstDifference(left: Uint8Array, right: Uint8Array): string | undefined {
  if (Buffer.compare(left, right) === 0) return undefined
  const ours = [...batchesIn(left)]
  const theirs = [...batchesIn(right)]
  const index = ours.findIndex((batch, at) => Buffer.compare(batch, theirs[at] ?? new Uint8Array(0)) !== 0)
  const batch = ours[index]
  const other = theirs[index]
  if (batch !== undefined && other !== undefined)
    return `at offset ${batchBaseOffset(batch, 0)}: ${text(batch)} and ${text(other)}`
  return batch === undefined ? `in length: ${left.length} and ${right.length} bytes` : `at offset ${batchBaseOffset(batch, 0)}`
}

/** Offsets, leader epoch and the end of the content of a batch, for people. */
const text = (batch: Uint8Array): string =>
  `[${batchBaseOffset(batch, 0)}-${batchLastOffset(batch, 0)} epoch ${batchLeaderEpoch(batch, 0)} ${new TextDecoder().decode(batch.subarray(61)).replaceAll(/[^ -~]/g, '·')}]`
