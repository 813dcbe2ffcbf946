import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int8, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const topologyDescriptionNode = struct({
  name: string,
  nodeType: int8,
  sourceTopics: array(string),
  sinkTopic: field(nullableString, { default: null }),
  stores: array(string),
  successors: array(string),
})

const topologyDescriptionSubtopology = struct({
  subtopologyId: string,
  nodes: array(topologyDescriptionNode),
})

const topologyDescriptionGlobalStore = struct({
  source: topologyDescriptionNode,
  processor: topologyDescriptionNode,
})

const topologyDescription = struct({
  subtopologies: array(topologyDescriptionSubtopology),
  globalStores: array(topologyDescriptionGlobalStore),
})

/** Members of a streams group describe their topology to the coordinator, for people. */
export const streamsGroupTopologyDescriptionUpdate = api({
  key: 93,
  name: 'StreamsGroupTopologyDescriptionUpdate',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    memberId: string,
    topologyEpoch: int32,
    topologyDescription: topologyDescription,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: field(nullableString, { default: null }),
  }),
})
