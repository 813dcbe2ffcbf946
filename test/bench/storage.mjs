// Micro-benchmark of storage against the bare system calls: `npm run bench:storage`. Prints figures, checks nothing.
//   --directory DIR       where to write, instead of the temporary folder
//   --partition-gb 2      also random reads by offset and by time on a partition of that size
//   --grow-to-gb 10       also what they cost while a log grows from 10 MB to that size
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildTool } from './build-tool.mjs'

const text = { type: 'string' }
const { values } = parseArgs({ options: { directory: text, 'partition-gb': text, 'grow-to-gb': text } })
const outDir = mkdtempSync(join(tmpdir(), 'brokerbench-bench-'))
try {
  const file = await buildTool('test/bench/storage-figures.ts', outDir, 'figures.mjs')
  const { printFigures } = await import(pathToFileURL(file).href)
  await printFigures({
    ...(values.directory === undefined ? {} : { parent: values.directory }),
    partitionBytes: Number(values['partition-gb'] ?? 0) * 1e9,
    growToBytes: Number(values['grow-to-gb'] ?? 0) * 1e9,
  })
} finally {
  rmSync(outDir, { recursive: true, force: true })
}
