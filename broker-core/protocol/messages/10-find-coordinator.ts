import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int8, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const coordinator = struct({
  key: string,
  nodeId: int32,
  host: string,
  port: int32,
  errorCode: int16,
  errorMessage: nullableString,
})

/**
 * The broker that coordinates a group, a transactional id or a share partition.
 * - v1: request keyType; response throttleTimeMs, errorMessage
 * - v2: same layout
 * - v3: compact lengths and tagged fields
 * - v4: request coordinatorKeys; request no longer key; response coordinators; response no longer errorCode, errorMessage,
 *   nodeId, host, port (KIP-699)
 * - v5: same layout (KIP-890)
 * - v6: same layout (KIP-932)
 */
export const findCoordinator = api({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexibleSince: 3,
  listeners: ['broker'],
  request: struct({
    key: field(string, { until: 3 }),
    keyType: field(int8, { since: 1 }),
    coordinatorKeys: field(array(string), { since: 4 }),
  }),
  response: struct({
    throttleTimeMs: field(int32, { since: 1, ignorable: true }),
    errorCode: field(int16, { until: 3 }),
    errorMessage: field(nullableString, { since: 1, until: 3, ignorable: true }),
    nodeId: field(int32, { until: 3 }),
    host: field(string, { until: 3 }),
    port: field(int32, { until: 3 }),
    coordinators: field(array(coordinator), { since: 4 }),
  }),
})
