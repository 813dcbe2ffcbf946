import type { ClusterOverview, LocalClusterView, RecoveryView } from '../../src-main/contract/views/cluster.ts'
import { formatBytes, plural } from './format.ts'

export interface StorageTrouble {
  readonly key: string
  readonly text: string
}

/** What storage cannot do any more, in sentences: directories that failed, partitions that are compacted no more. */
export function storageTroubles(overview: ClusterOverview | undefined, local: LocalClusterView | undefined): StorageTrouble[] {
  const failed = (overview?.brokers ?? []).flatMap(({ brokerId, failedDirectories }) =>
    failedDirectories.map(path => ({
      key: `directory ${brokerId} ${path}`,
      text: `Broker ${brokerId}: log directory ${path} failed and is offline until the broker is started again. Replicas in it are out of sync.`,
    })),
  )
  return [...failed, ...uncleanableTroubles(local)]
}

/** Named one by one only while that is readable. */
const namedMax = 3

export function uncleanableTroubles(local: LocalClusterView | undefined, topic?: string): StorageTrouble[] {
  return (local?.brokers ?? []).flatMap(({ brokerId, uncleanable }) => {
    const ours = uncleanable.filter(one => topic === undefined || isOf(topic, one.partition))
    const key = (partition: string) => `uncleanable ${brokerId} ${partition}`
    const tail = 'It is not compacted any more until the broker is started again.'
    const named = ours.slice(0, namedMax).map(({ partition, error }) => ({
      key: key(partition),
      text: `Broker ${brokerId}: compaction of ${partition} failed (${error}). ${tail}`,
    }))
    const rest = ours.length - named.length
    return rest === 0
      ? named
      : [...named, { key: key('rest'), text: `Broker ${brokerId}: and ${plural(rest, 'more partition')}.` }]
  })
}

const isOf = (topic: string, partition: string): boolean => partition.slice(0, partition.lastIndexOf('-')) === topic

/** `checking 1.2 GB of 3.4 GB after an unclean stop, 35 %`. */
export function recoveryText(recovery: RecoveryView): string {
  const { doneBytes, totalBytes } = recovery
  return `checking ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)} after an unclean stop, ${recoveryPercent(recovery)} %`
}

export const recoveryPercent = ({ doneBytes, totalBytes }: RecoveryView): number =>
  Math.floor((doneBytes / Math.max(1, totalBytes)) * 100)
