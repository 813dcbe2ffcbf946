import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, nullable, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const deleteTopicState = struct({
  name: field(nullableString, { default: null }),
  topicId: uuid,
})

const deletableTopicResult = struct({
  name: nullable(string, { since: 6 }),
  topicId: field(uuid, { since: 6, ignorable: true }),
  errorCode: int16,
  errorMessage: field(nullableString, { since: 5, default: null, ignorable: true }),
})

/**
 * Deletes topics.
 * - v2-3: same layout
 * - v4: compact lengths and tagged fields
 * - v5: response errorMessage (KIP-599)
 * - v6: request topics; request no longer topicNames; response topicId
 */
export const deleteTopics = api({
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexibleSince: 4,
  listeners: ['broker', 'controller'],
  request: struct({
    topics: field(array(deleteTopicState), { since: 6 }),
    topicNames: field(array(string), { until: 5, ignorable: true }),
    timeoutMs: int32,
  }),
  response: struct({
    throttleTimeMs: int32,
    responses: array(deletableTopicResult),
  }),
})
