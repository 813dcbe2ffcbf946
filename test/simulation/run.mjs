// Bundles the simulation for plain Node (no type stripping on Node 20) and runs it. The bundle lies inside the project, so that native
// packages are found from it; each run has its own, so that several may run at once.
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { projectFolder } from '../../src-main/setup/steps.mjs'

const outDir = join(projectFolder, 'node_modules', '.cache', `brokerbench-simulation-${process.pid}`)
await build({
  root: projectFolder,
  configFile: false,
  logLevel: 'warn',
  build: { ssr: 'test/simulation/simulate.ts', outDir, emptyOutDir: true, minify: false, sourcemap: 'inline', target: 'node20' },
})
// A world leaves much garbage that dies young.
const flags = ['--enable-source-maps', '--max-semi-space-size=32']
const child = spawn(process.execPath, [...flags, join(outDir, 'simulate.js'), ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (status, signal) => {
  rmSync(outDir, { recursive: true, force: true })
  if (signal !== null) process.stderr.write(`ended by ${signal}\n`)
  process.exit(status ?? 1)
})
