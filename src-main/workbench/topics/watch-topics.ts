import type { TopicListPart, TopicSummary } from '../../contract/views/topics.ts'
import type { ConnectionRoom } from '../connection-room.ts'
import { topicSummary } from './list-topics.ts'

/** Topics in one part: small enough for the window to take in one short task. */
export const topicsPerPart = 500
const factsMaxAgeMs = 10_000
/** The first parts do not wait longer for sizes and configurations; these follow as changes. */
const factsFirstMs = 300
const factsWithinMs = 10_000

type Round = Pick<TopicListPart, 'asOfMs' | 'missing' | 'failure'>

/** The list as the sampler sees it, as differences. Ends with the signal. */
export async function* watchTopics(room: ConnectionRoom, signal: AbortSignal): AsyncGenerator<TopicListPart, void> {
  const told = new Map<string, TopicSummary>()
  for await (const sample of room.sampler.now.read(signal)) {
    const { asOfMs, failure } = sample
    if (asOfMs === 0 && failure === null) continue
    const topics = [...sample.cluster.topics.values()]
    const news = () => {
      const round = { asOfMs, failure, missing: room.facts.missing }
      return listParts(told, topics.map(topic => topicSummary(topic, numbersOf(room))).sort(byName), round)
    }
    // What is known of an earlier look is shown at once, however old it is: what changed since then follows.
    const isNew = topics.some(topic => room.facts.config(topic.name, 'cleanup.policy') === undefined)
    if (failure === null && isNew) await room.facts.refresh(topics, factsMaxAgeMs, factsFirstMs)
    yield* news()
    if (failure !== null || signal.aborted) continue
    await room.facts.refresh(topics, factsMaxAgeMs, factsWithinMs)
    yield* news()
  }
}

const numbersOf = (room: ConnectionRoom) => ({ facts: room.facts, end: room.sampler.end, topicRate: room.sampler.topicRate })
const byName = (a: TopicSummary, b: TopicSummary): number => (a.name < b.name ? -1 : 1)

/** What `now` says beyond what was told; notes it as told. A round without news is one empty part: the list is as of now. */
export function listParts(told: Map<string, TopicSummary>, now: readonly TopicSummary[], round: Round): TopicListPart[] {
  const names = new Set(now.map(topic => topic.name))
  const removed = [...told.keys()].filter(name => !names.has(name))
  const changed = now.filter(topic => !isSame(told.get(topic.name), topic))
  for (const name of removed) told.delete(name)
  for (const topic of changed) told.set(topic.name, topic)
  const parts: TopicListPart[] = []
  for (let at = 0; at < Math.max(1, changed.length); at += topicsPerPart) {
    const isWhole = at + topicsPerPart >= changed.length
    parts.push({ ...round, changed: changed.slice(at, at + topicsPerPart), removed: at === 0 ? removed : [], isWhole })
  }
  return parts
}

function isSame(a: TopicSummary | undefined, b: TopicSummary): boolean {
  return (
    a !== undefined &&
    a.topicId === b.topicId &&
    a.internal === b.internal &&
    a.partitionCount === b.partitionCount &&
    a.replicationFactor === b.replicationFactor &&
    a.records === b.records &&
    a.sizeBytes === b.sizeBytes &&
    a.recordsInPerSecond === b.recordsInPerSecond &&
    a.cleanupPolicy === b.cleanupPolicy &&
    a.retentionMs === b.retentionMs &&
    a.health === b.health &&
    a.errors.join() === b.errors.join()
  )
}
