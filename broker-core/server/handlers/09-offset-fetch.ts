import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { type FetchedOffset, noOffset, type OffsetsToFetch } from '../../coordinator/groups/offsets/fetch.ts'
import { zeroUuid } from '../../base/bytes/uuid.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { offsetFetch } from '../../protocol/messages/09-offset-fetch.ts'
import { handler, type Handler } from '../handler.ts'
import { findTopic, type TopicNames } from '../topic-address.ts'

type Request = RequestOf<typeof offsetFetch>
type Response = ResponseOf<typeof offsetFetch>
type GroupRequest = Request['groups'][number]
type GroupResponse = Response['groups'][number]

const groupsSince = 8
const groupErrorSince = 2
const topicIdsSince = 10

interface Deps {
  readonly groups: Pick<GroupCoordinator, 'fetchOffsets'>
  readonly topics: TopicNames
}

/** OffsetFetch v1-10: OFF-03, OFF-04, OFF-07, OFF-08. */
export function offsetFetchHandler(deps: Deps): Handler<typeof offsetFetch> {
  return handler(offsetFetch, async (request, { apiVersion }) => {
    const { requireStable } = request
    if (apiVersion >= groupsSince) {
      const options = { requireStable, byId: apiVersion >= topicIdsSince }
      const groups = await Promise.all(request.groups.map(group => fetchGroup(deps, group, options)))
      return { ...offsetFetch.response.zero, groups }
    }
    const topics = request.topics?.map(topic => ({ ...topic, topicId: zeroUuid })) ?? null
    const asked: GroupRequest = { groupId: request.groupId, memberId: null, memberEpoch: -1, topics }
    return singleGroup(asked, await fetchGroup(deps, asked, { requireStable, byId: false }), apiVersion)
  })
}

interface FetchOptions {
  readonly requireStable: boolean
  readonly byId: boolean
}

async function fetchGroup(deps: Deps, group: GroupRequest, { requireStable, byId }: FetchOptions): Promise<GroupResponse> {
  const known = new Map<string, TopicAddress>()
  const unknown: GroupResponse['topics'][number][] = []
  for (const { name, topicId, partitionIndexes } of group.topics ?? []) {
    const topic = byId ? findTopic(deps.topics, { name, topicId }, true) : { name, topicId }
    if (typeof topic !== 'string') known.set(topic.name, { name: topic.name, topicId, partitions: partitionIndexes })
    else unknown.push({ name, topicId, partitions: partitionIndexes.map(index => toWire(noOffset(index, topic))) })
  }
  const wanted: OffsetsToFetch = {
    groupId: group.groupId,
    memberId: group.memberId,
    memberEpoch: group.memberEpoch,
    topics: group.topics && [...known.values()].map(({ name, partitions }) => ({ topic: name, partitions })),
    requireStable,
    topicIdOf: name => (byId ? known.get(name)?.topicId : undefined) ?? deps.topics.topic(name)?.topicId,
  }
  const fetched = await deps.groups.fetchOffsets(wanted)
  const topics = fetched.topics.flatMap(({ topic, partitions }) => {
    const topicId = known.get(topic)?.topicId ?? deps.topics.topic(topic)?.topicId
    // Of all offsets, those of topics that are gone cannot be told by id.
    if (byId && topicId === undefined) return []
    return [{ name: topic, topicId: topicId ?? zeroUuid, partitions: partitions.map(toWire) }]
  })
  return { groupId: group.groupId, topics: [...topics, ...unknown], errorCode: errorCode(fetched.error) }
}

interface TopicAddress {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly number[]
}

const toWire = ({ partition, offset, leaderEpoch, metadata, error }: FetchedOffset) => ({
  partitionIndex: partition,
  committedOffset: offset,
  committedLeaderEpoch: leaderEpoch,
  metadata,
  errorCode: errorCode(error),
})

/** Before version 8 there is one group, before version 2 its error stands at every partition. */
function singleGroup(asked: GroupRequest, group: GroupResponse, apiVersion: number): Response {
  const isFailed = group.errorCode !== errorCode('NONE')
  const failed = (index: number) => ({ ...toWire(noOffset(index, 'NONE')), errorCode: group.errorCode })
  const topics =
    isFailed && apiVersion < groupErrorSince
      ? (asked.topics ?? []).map(({ name, partitionIndexes }) => ({ name, partitions: partitionIndexes.map(failed) }))
      : group.topics.map(({ name, partitions }) => ({ name, partitions }))
  return { ...offsetFetch.response.zero, topics, errorCode: group.errorCode }
}
