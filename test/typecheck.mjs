// Type-checks every part of the project against the globals that this part may use. What was checked is remembered beside the
// dependencies, so that the next run looks only at what changed.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { projectFolder } from '../src-main/setup/steps.mjs'

const parts = ['broker-core', 'broker-core/env/node', 'src-main', 'src-renderer', 'test']
const compiler = join(projectFolder, 'node_modules', 'typescript', 'bin', 'tsc')
let status = 0
for (const part of parts) {
  const memory = join(projectFolder, 'node_modules', '.cache', 'typecheck', `${part.replaceAll('/', '-')}.tsbuildinfo`)
  const args = [compiler, '-p', join(projectFolder, part), '--incremental', '--tsBuildInfoFile', memory]
  const result = spawnSync(process.execPath, args, {
    cwd: projectFolder,
    stdio: 'inherit',
  })
  if (result.status !== 0) status = 1
}
process.exit(status)
