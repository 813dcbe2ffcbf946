import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import { alterReplicaLogDirs } from '../../protocol/messages/34-alter-replica-log-dirs.ts'
import { handler, type Handler } from '../handler.ts'

export interface AlterReplicaLogDirsDeps {
  /** A port because handlers do not know storage: begins a move to the `log.dirs` entry of that path, or gives one up. */
  move(path: string, topic: string, partition: number): KafkaErrorName
}

/** AlterReplicaLogDirs v1-2 (REPL-18, KIP-113). The answer does not wait for the move: DescribeLogDirs tells how far it is. */
export function alterReplicaLogDirsHandler(deps: AlterReplicaLogDirsDeps): Handler<typeof alterReplicaLogDirs> {
  return handler(alterReplicaLogDirs, request => {
    const byTopic = new Map<string, { partitionIndex: number; errorCode: number }[]>()
    for (const { path, topics } of request.dirs) {
      for (const { name, partitions } of topics) {
        const results = byTopic.get(name) ?? []
        byTopic.set(name, results)
        for (const partition of partitions) {
          results.push({ partitionIndex: partition, errorCode: errorCode(deps.move(path, name, partition)) })
        }
      }
    }
    return { throttleTimeMs: 0, results: [...byTopic].map(([topicName, partitions]) => ({ topicName, partitions })) }
  })
}
