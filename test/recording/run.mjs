// Records the log directories under test/fixtures/log-directories anew: `node test/recording/run.mjs brokerbench|kafka`.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'vite'
import { projectFolder } from '../../src-main/setup/steps.mjs'

// As deep as test/helpers, whose files find the project by where they lie.
const outDir = join(projectFolder, 'node_modules', '.cache')
await build({
  root: projectFolder,
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: 'test/recording/record.ts',
    outDir,
    emptyOutDir: false,
    minify: false,
    target: 'node20',
    rollupOptions: { output: { entryFileNames: 'brokerbench-record.js' } },
  },
})
const result = spawnSync(process.execPath, [join(outDir, 'brokerbench-record.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exit(result.status ?? 1)
