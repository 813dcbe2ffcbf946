/** Kafka's rules for topic names, so that a dialog can say what is wrong while a name is typed. */
export const topicNameMax = 249

export interface NameVerdict {
  readonly error?: string
  readonly warning?: string
}

/** `known` is what names of the cluster there are; the broker has the last word. */
export function judgeTopicName(name: string, known: readonly string[]): NameVerdict {
  const error = shapeError(name) ?? clashWith(name, known)
  if (error !== undefined) return { error }
  if (name.includes('.') && name.includes('_'))
    return { warning: 'Metrics turn “.” into “_”: names with both may be mixed up there. Better use only one of them.' }
  return {}
}

function shapeError(name: string): string | undefined {
  if (name === '') return 'A topic needs a name.'
  if (name === '.' || name === '..') return 'A name cannot be “.” or “..”.'
  if (name.length > topicNameMax) return `A name has at most ${topicNameMax} characters; this one has ${name.length}.`
  const wrong = /[^A-Za-z0-9._-]/u.exec(name)?.[0]
  if (wrong === undefined) return undefined
  const shown = /\s/.test(wrong) ? 'A space' : `“${wrong}”`
  return `${shown} is not allowed: letters, digits, dot, underscore and hyphen only.`
}

function clashWith(name: string, known: readonly string[]): string | undefined {
  if (known.includes(name)) return 'There is a topic of that name already.'
  const metric = metricName(name)
  const other = known.find(one => metricName(one) === metric)
  return other === undefined
    ? undefined
    : `Collides with “${other}”: “.” and “_” are the same to Kafka's metrics, so brokers refuse it.`
}

const metricName = (name: string): string => name.replaceAll('.', '_')
