import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export interface SourceFile {
  /** From the project folder, with `/`. */
  readonly path: string
  readonly text: string
}

/** Every source file below the folders, sorted by path. */
export function sourceFiles(folders: readonly string[], pattern = /\.(ts|tsx|mts|mjs)$/): SourceFile[] {
  return folders
    .flatMap(folder => walk(join(projectFolder, folder)))
    .filter(path => pattern.test(path) && !path.endsWith('.d.ts'))
    .map(path => ({ path: relative(projectFolder, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

const importPattern = /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

/** What a file imports: project paths for relative ones, bare names otherwise. */
export function importsOf(file: SourceFile): string[] {
  const found = [...file.text.matchAll(importPattern)].map(match => match[1] ?? match[2] ?? '')
  return found.map(target =>
    target.startsWith('.')
      ? normalize(join(dirname(file.path), target))
          .split(sep)
          .join('/')
      : target,
  )
}

function walk(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter(name => name !== 'node_modules')
    .flatMap(name => walk(join(path, name)))
}
