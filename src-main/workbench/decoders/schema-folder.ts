import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SchemaFolderView } from '../../contract/views/app.ts'
import { watched } from '../watch.ts'
import type { Watched } from '../watch.ts'
import { noSchemas, readSchemas } from './local-schemas.ts'
import type { LocalSchemas, ReadSchemas, SchemaFile } from './local-schemas.ts'

const filesMax = 2_000
const fileBytesMax = 4_194_304
const allBytesMax = 67_108_864
const depthMax = 5
/** Editors write a file in several steps. */
const settleMs = 150

/** The folder of the settings: read anew whenever something in it changes. */
export interface SchemaFolder {
  readonly view: Watched<SchemaFolderView>
  readonly schemas: LocalSchemas
  /** Null: none. Resolves when it has been read. */
  use(folder: string | null): Promise<void>
  close(): void
}

/** `told` hears of each problem once while it lasts. */
export function openSchemaFolder(nowMs: () => number, told: (file: string, problem: string) => void): SchemaFolder {
  const view = watched<SchemaFolderView>({ folder: null, schemas: [], problems: [], asOfMs: 0 })
  let read: ReadSchemas = noSchemas
  let folder: string | null = null
  let watcher: FSWatcher | undefined
  let timer: NodeJS.Timeout | undefined
  let knownProblems: ReadonlySet<string> = new Set()
  const load = async (): Promise<void> => {
    const of = folder
    const next = of === null ? noSchemas : await readSchemaFolder(of)
    // Another folder was chosen meanwhile.
    if (of !== folder) return
    read = next
    const problems = new Map(next.problems.map(it => [`${it.file} ${it.message}`, it]))
    for (const [key, { file, message }] of problems) if (!knownProblems.has(key)) told(file, message)
    knownProblems = new Set(problems.keys())
    view.set({ folder: of, schemas: next.schemas, problems: next.problems, asOfMs: nowMs() })
  }
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(() => void load(), settleMs)
  }
  const stopWatching = () => {
    clearTimeout(timer)
    watcher?.close()
    watcher = undefined
  }
  return {
    view,
    schemas: {
      named: name => read.named(name),
      encoder: name => read.encoder(name),
      ofTopic: (topic, part) => read.ofTopic(topic, part),
      ofFingerprint: bytes => read.ofFingerprint(bytes),
    },
    async use(next) {
      stopWatching()
      folder = next
      if (next !== null) watcher = watchFolder(next, soon)
      await load()
    },
    close: stopWatching,
  }
}

/** A folder that cannot be watched (or goes) is told by reading it. */
function watchFolder(folder: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { recursive: true, persistent: false }, changed)
    watcher.on('error', changed)
    return watcher
  } catch {
    return undefined
  }
}

/** Never rejects: what cannot be read is one of its problems. */
export async function readSchemaFolder(folder: string): Promise<ReadSchemas> {
  const problems: { file: string; message: string }[] = []
  const told = (file: string, message: string) => problems.push({ file, message })
  try {
    const paths = await schemaPaths(folder, '', depthMax)
    if (paths.length > filesMax) told('', `only the first ${filesMax} of ${paths.length} files are read`)
    const files = await readAll(folder, paths.slice(0, filesMax), told)
    const read = readSchemas(files)
    return { ...read, problems: [...problems, ...read.problems] }
  } catch (error) {
    return { ...noSchemas, problems: [{ file: '', message: `the folder cannot be read: ${(error as Error).message}` }] }
  }
}

async function schemaPaths(folder: string, under: string, depth: number): Promise<string[]> {
  const entries = await readdir(join(folder, under), { withFileTypes: true })
  const paths: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`
    if (entry.isFile() && /\.(avsc|proto|json)$/i.test(entry.name)) paths.push(path)
    if (entry.isDirectory() && depth > 0 && !entry.name.startsWith('.') && entry.name !== 'node_modules')
      paths.push(...(await schemaPaths(folder, path, depth - 1)))
    if (paths.length > filesMax * 2) break
  }
  return paths
}

async function readAll(
  folder: string,
  paths: readonly string[],
  told: (file: string, message: string) => void,
): Promise<SchemaFile[]> {
  const files: SchemaFile[] = []
  let bytes = 0
  for (const path of paths) {
    try {
      const { size } = await stat(join(folder, path))
      if (size > fileBytesMax) told(path, 'larger than 4 MiB')
      else if (bytes + size > allBytesMax) told(path, 'the folder holds more than 64 MiB of schemas: left out')
      else {
        bytes += size
        files.push({ path, text: await readFile(join(folder, path), 'utf8') })
      }
    } catch (error) {
      told(path, (error as Error).message)
    }
  }
  return files
}
