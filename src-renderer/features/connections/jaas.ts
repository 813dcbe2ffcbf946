/** One login module as `sasl.jaas.config` writes it. */
export interface Jaas {
  readonly module: string
  readonly options: Readonly<Record<string, string>>
}

const option = /\s*([A-Za-z][\w.-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s;"']+))/y

/** `module.Name required username="u" password="p";`; undefined for anything else. */
export function parseJaas(text: string): Jaas | undefined {
  const head = /^\s*([\w.$]+)\s+(?:required|requisite|sufficient|optional)\b/i.exec(text)
  if (head === null) return undefined
  const options: Record<string, string> = {}
  option.lastIndex = head[0].length
  let at = option.lastIndex
  for (let found = option.exec(text); found !== null; found = option.exec(text)) {
    const [, name = '', double, single, bare] = found
    options[name] = bare ?? (double ?? single ?? '').replaceAll(/\\(.)/g, '$1')
    at = option.lastIndex
  }
  return /^\s*;?\s*$/.test(text.slice(at)) ? { module: head[1] ?? '', options } : undefined
}
