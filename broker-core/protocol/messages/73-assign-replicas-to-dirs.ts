import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const partitionData = struct({
  partitionIndex: int32,
})

const topicData = struct({
  topicId: uuid,
  partitions: array(partitionData),
})

const directoryData = struct({
  id: uuid,
  topics: array(topicData),
})

const responsePartitionData = struct({
  partitionIndex: int32,
  errorCode: int16,
})

const responseTopicData = struct({
  topicId: uuid,
  partitions: array(responsePartitionData),
})

const responseDirectoryData = struct({
  id: uuid,
  topics: array(responseTopicData),
})

/** A broker says which log directories hold which replicas (KIP-858). */
export const assignReplicasToDirs = api({
  key: 73,
  name: 'AssignReplicasToDirs',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: struct({
    brokerId: int32,
    brokerEpoch: field(int64, { default: -1 }),
    directories: array(directoryData),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    directories: array(responseDirectoryData),
  }),
})
