import { DiskError, type DiskErrorKind } from '../disk.ts'

const kinds: Readonly<Record<string, DiskErrorKind>> = {
  ENOENT: 'not-found',
  ENOTDIR: 'not-found',
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EFBIG: 'no-space',
  EACCES: 'not-permitted',
  EPERM: 'not-permitted',
  EROFS: 'not-permitted',
  EMFILE: 'too-many-open',
  ENFILE: 'too-many-open',
}

/** Runs a call of `node:fs` and gives its failure the name that the port knows. */
export function mapped<T>(path: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw diskError(path, error)
  }
}

export function diskError(path: string, error: unknown): DiskError {
  return new DiskError(kinds[codeOf(error) ?? ''] ?? 'io', path, error instanceof Error ? error.message : String(error))
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
