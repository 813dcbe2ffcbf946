import type { Disk } from '../../broker-core/env/disk.ts'

/** For processes that touch no file. */
export const noDisk: Disk = new Proxy({} as Disk, {
  get(_, name) {
    throw new Error(`a file is touched: ${String(name)}`)
  },
})
