import { zeroUuid } from '../../base/bytes/uuid.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { deleteTopics } from '../../protocol/messages/20-delete-topics.ts'
import type { ControllerState, Decision } from '../controller.ts'
import type { TopicImage } from '../image.ts'
import type { MetadataRecord } from '../metadata-records.ts'
import { type Refusal, refusal, refusalFields } from './decision.ts'

type Request = RequestOf<typeof deleteTopics>
type Response = ResponseOf<typeof deleteTopics>

interface Asked {
  readonly name: string | null
  readonly topicId: string
}

/** DeleteTopics (20), META-06: the name is free as soon as this is committed; brokers remove the data on their own time. */
export function decideDeleteTopics(state: ControllerState, request: Request): Decision<Response> {
  const asked: Asked[] = [...request.topics, ...request.topicNames.map(name => ({ name, topicId: zeroUuid }))]
  const records: MetadataRecord[] = []
  const found = new Map<TopicImage | Refusal, Asked[]>()
  for (const one of asked) {
    const topic = find(state, one)
    found.set(topic, [...(found.get(topic) ?? []), one])
  }
  const responses = [...found].flatMap(([topic, same]) => {
    if ('error' in topic) return same.map(({ name, topicId }) => ({ name, topicId, ...refusalFields(topic) }))
    if (same.length > 1) return repeated(topic, same)
    records.push({ type: 'RemoveTopicRecord', topicId: topic.topicId })
    return { name: topic.name, topicId: topic.topicId, errorCode: 0, errorMessage: null }
  })
  return { records, reply: { throttleTimeMs: 0, responses } }
}

/** What is named twice stays, and is answered once. */
function repeated(topic: TopicImage, same: readonly Asked[]): Response['responses'][number] {
  const byName = same.some(one => one.name !== null)
  const byId = same.some(one => one.name === null)
  const bothWays = 'The provided topic name maps to an ID that was already supplied.'
  const why = byName && byId ? bothWays : byName ? 'Duplicate topic name.' : 'Duplicate topic id.'
  const { name, topicId } = topic
  const told = { name: byName ? name : null, topicId: byId ? topicId : zeroUuid }
  return { ...told, ...refusalFields(refusal('INVALID_REQUEST', why)) }
}

function find(state: ControllerState, asked: Asked): TopicImage | Refusal {
  if (state.defaults.staticConfigs['delete.topic.enable'] === 'false') return refusal('TOPIC_DELETION_DISABLED')
  const hasId = asked.topicId !== zeroUuid
  if (hasId && asked.name !== null) return refusal('INVALID_REQUEST', 'You may not specify both topic name and topic id.')
  if (!hasId && asked.name === null) return refusal('INVALID_REQUEST', 'Neither topic name nor id were specified.')
  if (hasId) return state.image.topicsById.get(asked.topicId) ?? refusal('UNKNOWN_TOPIC_ID')
  return state.image.topicsByName.get(asked.name ?? '') ?? refusal('UNKNOWN_TOPIC_OR_PARTITION')
}
