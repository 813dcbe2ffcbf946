import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int8, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const describeClusterBroker = struct({
  brokerId: int32,
  host: string,
  port: int32,
  rack: field(nullableString, { default: null }),
  isFenced: field(bool, { since: 2 }),
})

/**
 * Nodes of the cluster, for administration; also answered by controllers.
 * - v1: request endpointType; response endpointType (KIP-919)
 * - v2: request includeFencedBrokers; response isFenced (KIP-1073)
 */
export const describeCluster = api({
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: struct({
    includeClusterAuthorizedOperations: bool,
    endpointType: field(int8, { since: 1, default: 1 }),
    includeFencedBrokers: field(bool, { since: 2 }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: field(nullableString, { default: null }),
    endpointType: field(int8, { since: 1, default: 1 }),
    clusterId: string,
    controllerId: field(int32, { default: -1 }),
    brokers: array(describeClusterBroker),
    clusterAuthorizedOperations: field(int32, { default: -2147483648 }),
  }),
})
