import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
}

export interface StaticFile {
  readonly bytes: Buffer<ArrayBuffer>
  readonly contentType: string
  /** Built files carry a hash in their name and never change. */
  readonly immutable: boolean
}

/**
 * The file behind the path of an address, or undefined. Only names that a build makes are served: no dot segments, no backslashes,
 * no unknown endings, nothing outside `root`.
 */
export async function staticFile(root: string, pathname: string): Promise<StaticFile | undefined> {
  const relative = pathname === '/' ? 'index.html' : safeRelativePath(pathname)
  const contentType = relative === undefined ? undefined : contentTypes[extname(relative)]
  if (relative === undefined || contentType === undefined) return undefined
  try {
    const bytes = (await readFile(join(root, relative))) as Buffer<ArrayBuffer>
    return { bytes, contentType, immutable: relative.startsWith('assets/') }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined
    throw error
  }
}

export function safeRelativePath(pathname: string): string | undefined {
  const parts = pathname.split('/').slice(1)
  const isPlain = parts.every(part => /^[A-Za-z0-9_@~+-][A-Za-z0-9._@~+-]*$/.test(part))
  return pathname.startsWith('/') && isPlain ? parts.join('/') : undefined
}
