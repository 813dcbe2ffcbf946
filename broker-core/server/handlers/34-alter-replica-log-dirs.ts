import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import { alterReplicaLogDirs } from '../../protocol/messages/34-alter-replica-log-dirs.ts'
import { handler, type Handler } from '../handler.ts'
import { findReplica, type PartitionDirectory } from '../partition-access.ts'

export interface AlterReplicaLogDirsDeps extends PartitionDirectory {
  /** Paths of `log.dirs`, as configured. */
  readonly directories: readonly string[]
  /** Which of them holds a replica of this broker. */
  directoryOf(topic: string, partition: number): string | undefined
}

/** AlterReplicaLogDirs v1-2. Gap: a replica stays where it is (REPL-18); asking for another directory is INVALID_REPLICA_ASSIGNMENT. */
export function alterReplicaLogDirsHandler(deps: AlterReplicaLogDirsDeps): Handler<typeof alterReplicaLogDirs> {
  return handler(alterReplicaLogDirs, request => {
    const byTopic = new Map<string, { partitionIndex: number; errorCode: number }[]>()
    for (const { path, topics } of request.dirs) {
      for (const { name, partitions } of topics) {
        const results = byTopic.get(name) ?? []
        byTopic.set(name, results)
        for (const partition of partitions) {
          results.push({ partitionIndex: partition, errorCode: errorCode(move(deps, path, name, partition)) })
        }
      }
    }
    return { throttleTimeMs: 0, results: [...byTopic].map(([topicName, partitions]) => ({ topicName, partitions })) }
  })
}

function move(deps: AlterReplicaLogDirsDeps, path: string, topic: string, partition: number): KafkaErrorName {
  if (!deps.directories.includes(path)) return 'LOG_DIR_NOT_FOUND'
  const replica = findReplica(deps, { topic, topicId: '', partition, byId: false })
  if (typeof replica === 'string') return 'REPLICA_NOT_AVAILABLE'
  return deps.directoryOf(topic, partition) === path ? 'NONE' : 'INVALID_REPLICA_ASSIGNMENT'
}
