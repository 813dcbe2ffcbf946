import type { TopicPartition } from '../../model/ids.ts'

/** Things of partitions, gathered by topic as messages want them; order of first appearance. */
export function groupByTopic<T extends TopicPartition>(
  items: Iterable<T>,
): readonly (readonly [topic: string, items: readonly T[]])[] {
  const topics = new Map<string, T[]>()
  for (const item of items) {
    const known = topics.get(item.topic)
    if (known === undefined) topics.set(item.topic, [item])
    else known.push(item)
  }
  return [...topics]
}
