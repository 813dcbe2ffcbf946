/** Pieces of a short program, for colours. They add up to the text exactly. */
export interface CodeToken {
  readonly kind: 'plain' | 'string' | 'number' | 'keyword' | 'comment' | 'placeholder'
  readonly text: string
}

const keywords = {
  javascript: 'import from const let await async new return',
  java: 'var new try while for import void',
  csharp: 'var new using await while return',
  go: 'if for func nil err range return',
  python: 'from import while if is not and None True',
  shell: '',
  yaml: '',
} as const

const comments: Readonly<Record<string, string>> = { python: '#.*', shell: '(?<=^|\\s)#.*', yaml: '(?<=^|\\s)#.*' }
const strings = '"(?:[^"\\\\\\n]|\\\\.)*"|\'(?:[^\'\\\\\\n]|\\\\.)*\'|`[^`]*`'
const names = '[A-Za-z_$][\\w$]*'
/** Of YAML, and of properties: what stands before a colon. */
const yamlKey = '(?<=^\\s*)[\\w.-]+(?=:)'

export function codeTokens(code: string, language: string): CodeToken[] {
  const words = new Set((keywords[language as keyof typeof keywords] ?? '').split(' '))
  const parts = [
    `(?<comment>${comments[language] ?? '//.*'})`,
    `(?<string>${strings})`,
    ...(language === 'yaml' ? [`(?<key>${yamlKey})`] : []),
    `(?<name>${names})`,
    '(?<number>\\b\\d+(?:\\.\\d+)?\\b)',
  ]
  const tokens: CodeToken[] = []
  let at = 0
  const put = (kind: CodeToken['kind'], text: string) => text !== '' && tokens.push({ kind, text })
  for (const match of code.matchAll(new RegExp(parts.join('|'), 'gm'))) {
    put('plain', code.slice(at, match.index))
    const [text] = match
    const { comment, string, key, number } = match.groups ?? {}
    if (comment !== undefined) put('comment', text)
    else if (string !== undefined) for (const part of withPlaceholders(text)) put(part.kind, part.text)
    else if (key !== undefined || words.has(text)) put('keyword', text)
    else put(number === undefined ? 'plain' : 'number', text)
    at = match.index + text.length
  }
  put('plain', code.slice(at))
  return tokens
}

/** What a person has to put in stands out of the text around it. */
const withPlaceholders = (text: string): CodeToken[] =>
  text
    .split(/(YOUR_[A-Z_]+)/)
    .map(part => ({ kind: part.startsWith('YOUR_') ? ('placeholder' as const) : ('string' as const), text: part }))
