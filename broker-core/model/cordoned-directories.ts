/** KIP-1066: log directories of a broker that take no new replicas; a list of paths, or `*` for all of them. */
export const cordonedDirectoriesProperty = 'cordoned.log.dirs'

const every = '*'
const itemsOf = (value: string): string[] =>
  value
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')

/** Those of `directories` that `value` names. */
export function cordonedAmong(value: string, directories: readonly string[]): string[] {
  const items = itemsOf(value)
  return items.includes(every) ? [...directories] : directories.filter(path => items.includes(path))
}

/** Why a broker with these log directories cannot have the value, in Kafka's words. */
export function cordonProblem(value: string, directories: readonly string[]): string | undefined {
  const items = itemsOf(value)
  if (items.includes(every))
    return items.length > 1 ? `When ${cordonedDirectoriesProperty} is set to *, it must not contain other values` : undefined
  const missing = items.filter(path => !directories.includes(path))
  if (missing.length === 0) return undefined
  return `All entries in ${cordonedDirectoriesProperty} must be present in log.dirs or log.dir. Missing entries : ${missing.join(', ')}`
}
