import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { newIdentity } from './data-directory.ts'
import type { DataDirectory } from './data-directory.ts'

/**
 * Removes the files of every broker and gives the cluster another identity. What is begun has to come to its end, because what is left is
 * no cluster: the directory remembers that until it is done, over restarts too. No broker may run. Throws what the disk says.
 */
export async function resetDirectory(directory: DataDirectory): Promise<void> {
  directory.remember({ isResetting: true })
  const names = (await readdir(directory.path)).filter(name => /^broker-\d+$/.test(name))
  for (const name of names) await rm(join(directory.path, name), { recursive: true, force: true, maxRetries: 3 })
  directory.remember({ ...newIdentity(directory.file.brokers), isResetting: false })
}
