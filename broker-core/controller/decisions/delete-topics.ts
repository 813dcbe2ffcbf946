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
  const gone = new Set<string>()
  const responses = asked.map(one => {
    const found = find(state, one)
    if ('error' in found) return { name: one.name, topicId: one.topicId, ...refusalFields(found) }
    if (gone.has(found.topicId)) {
      return { name: one.name, topicId: one.topicId, ...refusalFields(refusal('INVALID_REQUEST', 'Duplicate topic id or name.')) }
    }
    gone.add(found.topicId)
    records.push({ type: 'RemoveTopicRecord', topicId: found.topicId })
    return { name: found.name, topicId: found.topicId, errorCode: 0, errorMessage: null }
  })
  return { records, reply: { throttleTimeMs: 0, responses } }
}

function find(state: ControllerState, asked: Asked): TopicImage | Refusal {
  if (state.defaults.staticConfigs['delete.topic.enable'] === 'false') return refusal('TOPIC_DELETION_DISABLED')
  const hasId = asked.topicId !== zeroUuid
  if (hasId && asked.name !== null) return refusal('INVALID_REQUEST', 'You may not specify both topic name and topic id.')
  if (!hasId && asked.name === null) return refusal('INVALID_REQUEST', 'Neither topic name nor id were specified.')
  if (hasId) return state.image.topicsById.get(asked.topicId) ?? refusal('UNKNOWN_TOPIC_ID')
  return state.image.topicsByName.get(asked.name ?? '') ?? refusal('UNKNOWN_TOPIC_OR_PARTITION')
}
