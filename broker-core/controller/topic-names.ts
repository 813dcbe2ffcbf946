/** META-05: why `name` cannot name a topic, in Kafka's words; undefined when it can. */
export function topicNameProblem(name: string): string | undefined {
  const prefix = 'Topic name is invalid: '
  if (name === '') return `${prefix}the empty string is not allowed`
  if (name === '.' || name === '..') return `${prefix}'${name}' is not allowed`
  if (name.length > 249) return `${prefix}the length of '${name}' is longer than the max allowed length 249`
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `${prefix}'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
  }
  return undefined
}

/** Names that differ only in `.` and `_` would share a metric, so Kafka lets only one of them be. */
export const foldedTopicName = (name: string): string => name.replaceAll('.', '_')
