// Type-checks every part of the project against the globals that this part may use.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { projectFolder } from '../src-main/setup/steps.mjs'

const parts = ['broker-core', 'broker-core/env/node', 'src-main', 'src-renderer', 'test']
const compiler = join(projectFolder, 'node_modules', 'typescript', 'bin', 'tsc')
let status = 0
for (const part of parts) {
  const result = spawnSync(process.execPath, [compiler, '-p', join(projectFolder, part)], {
    cwd: projectFolder,
    stdio: 'inherit',
  })
  if (result.status !== 0) status = 1
}
process.exit(status)
