import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

const offsetDeleteRequestPartition = struct({
  partitionIndex: int32,
})

const offsetDeleteRequestTopic = struct({
  name: string,
  partitions: array(offsetDeleteRequestPartition),
})

const offsetDeleteResponsePartition = struct({
  partitionIndex: int32,
  errorCode: int16,
})

const offsetDeleteResponseTopic = struct({
  name: string,
  partitions: array(offsetDeleteResponsePartition),
})

/** Deletes committed offsets of a group (KIP-496). */
export const offsetDelete = api({
  key: 47,
  name: 'OffsetDelete',
  versions: [0, 0],
  flexibleSince: Number.POSITIVE_INFINITY,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    topics: array(offsetDeleteRequestTopic),
  }),
  response: struct({
    errorCode: int16,
    throttleTimeMs: int32,
    topics: array(offsetDeleteResponseTopic),
  }),
})
