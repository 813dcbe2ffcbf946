import { createRequire } from 'node:module'
import type * as Zstd from '@toondepauw/node-zstd'
import type * as Lz4 from 'lz4-napi'
import type * as Snappy from 'snappy'

const load = createRequire(import.meta.url)

/** Loads with the first use. Each costs a broker thread some 20 ms of processor time, and most brokers never meet three of four codecs. */
function once<T>(name: string): () => T {
  let loaded: T | undefined
  return () => (loaded ??= load(name) as T)
}

export const snappy = once<typeof Snappy>('snappy')
export const lz4 = once<typeof Lz4>('lz4-napi')
export const nodeZstd = once<typeof Zstd>('@toondepauw/node-zstd')
