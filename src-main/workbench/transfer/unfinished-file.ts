import { rmSync } from 'node:fs'
import type { TransferProgress } from '../../contract/views/transfer.ts'
import { refused } from '../failures.ts'
import { partPath } from './export.ts'

const inUse = new Set<string>()

/** An export whose thread may be ended at any moment: whatever ends it, an unfinished file does not stay, and no two write the same. */
export async function* withUnfinishedFile(
  path: string,
  run: () => AsyncIterable<TransferProgress>,
): AsyncGenerator<TransferProgress, void> {
  if (inUse.has(path)) throw refused(`another export writes ${path} now`, 'Wait for it, or choose another name.')
  inUse.add(path)
  let isWhole = false
  try {
    for await (const progress of run()) {
      isWhole = progress.done
      yield progress
    }
  } finally {
    inUse.delete(path)
    if (!isWhole) rmSync(partPath(path), { force: true })
  }
}
