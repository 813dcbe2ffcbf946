// Bundles the simulation for plain Node (no type stripping on Node 20) and runs it. The bundle lies inside the project, so that native
// packages are found from it.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'vite'
import { projectFolder } from '../../src-main/setup/steps.mjs'

const outDir = join(projectFolder, 'node_modules', '.cache', 'brokerbench-simulation')
await build({
  root: projectFolder,
  configFile: false,
  logLevel: 'warn',
  build: { ssr: 'test/simulation/simulate.ts', outDir, emptyOutDir: true, minify: false, sourcemap: 'inline', target: 'node20' },
})
const result = spawnSync(process.execPath, ['--enable-source-maps', join(outDir, 'simulate.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exit(result.status ?? 1)
