import type { ConfigEntry } from '../../../src-main/contract/views/topics.ts'

/** What is to become of a config; null: back to what it inherits. */
export type ConfigChanges = Readonly<Record<string, string | null>>

export interface ChangeLine {
  readonly name: string
  readonly before: string | null
  readonly after: string | null
  readonly isReset: boolean
}

/** The changes that would change something, by name. */
export function changeLines(entries: readonly ConfigEntry[], changes: ConfigChanges): ChangeLine[] {
  const lines = entries.flatMap(entry => {
    const change = changes[entry.name]
    if (change === undefined || !isChange(entry, change)) return []
    const isReset = change === null
    return [{ name: entry.name, before: entry.value, after: isReset ? entry.inherited : change, isReset }]
  })
  return lines.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A value that the topic inherits already may still be set on it: then it stays when the inherited one changes. */
function isChange(entry: ConfigEntry, change: string | null): boolean {
  return change === null ? entry.source === 'topic' : entry.source !== 'topic' || entry.value !== change
}

/** For `topics.alterConfig`. */
export function alteration(lines: readonly ChangeLine[]): { set: Record<string, string>; reset: string[] } {
  const set: Record<string, string> = {}
  for (const line of lines) if (!line.isReset) set[line.name] = line.after ?? ''
  return { set, reset: lines.filter(line => line.isReset).map(line => line.name) }
}

/** Configs that were asked for and are not as asked: the read-back after applying. */
export function notTaken(entries: readonly ConfigEntry[], lines: readonly ChangeLine[]): string[] {
  return lines
    .filter(line => {
      const entry = entries.find(one => one.name === line.name)
      return line.isReset ? entry?.source === 'topic' : entry?.value !== line.after && entry?.sensitive !== true
    })
    .map(line => line.name)
}
