// Micro-benchmark of storage against the bare system calls: `node test/bench/storage.mjs [directory]`. Prints figures, checks nothing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

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
  await printFigures(process.argv[2])
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
