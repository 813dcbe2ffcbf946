import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { z } from 'zod'

/**
 * A small JSON file, validated on read and written atomically: a crash leaves the old or the new one, never half of either. What
 * cannot be understood is set aside as `<name>.bad` and told, not overwritten.
 */
export function readJsonFile<S extends z.ZodType>(
  path: string,
  schema: S,
  fallback: z.output<S>,
  told: (problem: string) => void,
) {
  const text = readIfThere(path)
  if (text === undefined) return fallback
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    renameSync(path, `${path}.bad`)
    told(`${path} could not be understood and was set aside as ${path}.bad (${(error as Error).message.split('\n')[0]})`)
    return fallback
  }
}

export function writeJsonFile(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
