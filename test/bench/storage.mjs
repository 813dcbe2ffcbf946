// Micro-benchmark of storage against the bare system calls: `node test/bench/storage.mjs [directory]`. Prints figures, checks nothing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildTool } from './build-tool.mjs'

const outDir = mkdtempSync(join(tmpdir(), 'brokerbench-bench-'))
try {
  const file = await buildTool('test/bench/storage-figures.ts', outDir, 'figures.mjs')
  const { printFigures } = await import(pathToFileURL(file).href)
  await printFigures(process.argv[2])
} finally {
  rmSync(outDir, { recursive: true, force: true })
}
