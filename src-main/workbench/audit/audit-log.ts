import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { auditMax } from '../../contract/limits.ts'
import type { AuditEntry } from '../../contract/views/app.ts'
import { feed } from '../watch.ts'

const entry = z.object({
  atMs: z.number(),
  connection: z.string(),
  connectionName: z.string(),
  call: z.string(),
  target: z.string(),
  outcome: z.enum(['done', 'failed', 'cancelled']),
  message: z.string().nullable(),
  kafkaError: z.string().nullable(),
  tookMs: z.number(),
})

/** What was done to foreign clusters: the last `auditMax`, over restarts too. */
export interface AuditLog {
  add(entry: Omit<AuditEntry, 'id'>): void
  read(connection: string | null, signal: AbortSignal): AsyncGenerator<AuditEntry, void>
}

/** A file of lines, cut to the newest `auditMax` when it is opened and whenever it has twice as many. */
export function openAuditLog(path: string, told: (problem: string) => void): AuditLog {
  const kept = feed<AuditEntry>(auditMax)
  let lines = 0
  let isBroken = false
  const add = (one: Omit<AuditEntry, 'id'>) => kept.push({ id: kept.pushed + 1, ...one })
  const persist = (write: () => void) => {
    try {
      mkdirSync(dirname(path), { recursive: true })
      write()
      isBroken = false
    } catch (error) {
      if (!isBroken) told(`the audit list cannot be written: ${(error as Error).message}`)
      isBroken = true
    }
  }
  const cut = () => {
    const text = kept.items.map(({ id: _id, ...one }) => `${JSON.stringify(one)}\n`).join('')
    writeFileSync(`${path}.tmp`, text, { mode: 0o600, flush: true })
    renameSync(`${path}.tmp`, path)
    lines = kept.items.length
  }
  for (const line of readLines(path)) {
    lines += 1
    const one = parsed(line)
    if (one !== undefined) add(one)
  }
  if (lines > auditMax) persist(cut)
  return {
    add(one) {
      add(one)
      persist(() => {
        appendFileSync(path, `${JSON.stringify(one)}\n`, { mode: 0o600 })
        lines += 1
        if (lines >= auditMax * 2) cut()
      })
    },
    async *read(connection, signal) {
      for await (const one of kept.read(signal)) if (connection === null || one.connection === connection) yield one
    },
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter(line => line !== '')
  } catch {
    return []
  }
}

/** The last line may be cut off by a crash. */
function parsed(line: string): Omit<AuditEntry, 'id'> | undefined {
  try {
    const result = entry.safeParse(JSON.parse(line))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}
