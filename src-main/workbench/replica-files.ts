import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { partitionDirectoryName } from '../../broker-core/storage/file-names.ts'
import type { ClusterHost } from '../cluster-host/cluster-host.ts'
import { brokerDirectory } from '../cluster-host/cluster-shape.ts'
import { openLogDirectory } from '../log-directory/log-directory.ts'
import { partitionFiles } from '../log-directory/partition-files.ts'
import type { PartitionFiles } from '../log-directory/partition-files.ts'
import { localConnection, openedConnection } from './connections.ts'
import type { ReplicaFiles } from './messages/record-location.ts'
import type { OpenTarget } from './open-target.ts'

/** Files are looked at only where no broker of another machine has them: below our own brokers, and in an opened directory. */
export function replicaFiles(
  cluster: ClusterHost | undefined,
  open: OpenTarget | undefined,
): (connection: string) => ReplicaFiles | undefined {
  const directory = open?.kind === 'directory' ? openLogDirectory(open.path) : undefined
  return connection => {
    if (connection === openedConnection && directory !== undefined)
      return (_brokerId, topic, partition) => directory.partition(topic, partition)
    if (connection !== localConnection || cluster === undefined) return undefined
    const { dataDirectory } = cluster.shape
    return (brokerId, topic, partition) =>
      filesIn(join(brokerDirectory(dataDirectory, brokerId), partitionDirectoryName(topic, partition)))
  }
}

const filesIn = (directory: string): PartitionFiles | undefined =>
  existsSync(directory) ? partitionFiles(directory, () => undefined) : undefined
