// Micro-benchmark of storage against the bare system calls: `npm run bench:storage`. Prints figures, checks nothing.
//   --directory DIR       where to write, instead of the temporary folder
//   --partition-gb 2      also random reads by offset and by time on a partition of that size
//   --grow-to-gb 10       also what they cost while a log grows from 10 MB to that size
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

const text = { type: 'string' }
const { values } = parseArgs({ options: { directory: text, 'partition-gb': text, 'grow-to-gb': text } })
const outDir = mkdtempSync(join(tmpdir(), 'brokerbench-bench-'))
try {
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: 'test/bench/storage-figures.ts',
      outDir,
      minify: false,
      rollupOptions: { output: { entryFileNames: 'figures.mjs' } },
    },
    // Native codecs resolve from the project, not from the temporary directory.
    ssr: { external: true },
    plugins: [externalFromProject()],
  })
  const { printFigures } = await import(pathToFileURL(join(outDir, 'figures.mjs')).href)
  await printFigures({
    ...(values.directory === undefined ? {} : { parent: values.directory }),
    partitionBytes: Number(values['partition-gb'] ?? 0) * 1e9,
    growToBytes: Number(values['grow-to-gb'] ?? 0) * 1e9,
  })
} finally {
  rmSync(outDir, { recursive: true, force: true })
}

function externalFromProject() {
  return {
    name: 'external-from-project',
    enforce: 'pre',
    resolveId: id => (/^[./]|^node:|\0/.test(id) ? null : { id: import.meta.resolve(id), external: true }),
  }
}
