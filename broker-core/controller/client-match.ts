const attributes = new Set([
  'client_instance_id',
  'client_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
])

/** What Java's patterns have and those of JavaScript have not: nothing can be said of it here. */
const javaOnly = /\(\?|[+*?}]\+/

/** TEL-02: the first of `<attribute>=<pattern>,…` that is none; undefined when all are. */
export function illegalClientMatch(match: string): string | undefined {
  return match
    .split(',')
    .map(item => item.trim())
    .find(item => item !== '' && !isLegal(item))
}

function isLegal(item: string): boolean {
  const [attribute = '', pattern = '', ...more] = item.split('=')
  if (!attributes.has(attribute.trim()) || pattern === '' || more.length > 0) return false
  return javaOnly.test(pattern) || isPattern(pattern.trim())
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}
