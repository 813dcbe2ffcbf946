// Finds a runnable Electron, downloading it once when there is none. The answer is remembered in node_modules, also a "no",
// so that a machine without access to the download does not try again at every start (`npm start -- --setup` does).
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from './steps.mjs'

const answerFile = join(projectFolder, 'node_modules', '.brokerbench-electron.json')
const downloadTimeoutMs = 300_000
const executableName = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron'

/**
 * `{ path }` of an executable that starts here, or `{ reason }`. `ELECTRON_OVERRIDE_DIST_PATH` names a folder to be used instead of
 * the package's own; `fallbacks` are programs that print such a folder when nothing else was found.
 */
export function findElectron({ say, again = false, fallbacks = [] }) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return probe(join(override, executableName))
  const known = again ? undefined : remembered()
  if (known?.path && existsSync(known.path)) return known
  if (known?.reason) return known
  return remember(search(say, fallbacks))
}

function search(say, fallbacks) {
  const own = join(projectFolder, 'node_modules', 'electron', 'dist', executableName)
  if (!existsSync(own)) download(say)
  if (existsSync(own)) return probe(own)
  for (const program of fallbacks.filter(existsSync)) {
    say('Fetching a substitute Electron runtime …')
    const answer = spawnSync(program, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: downloadTimeoutMs })
    const folder = answer.stdout?.trim()
    if (answer.status === 0 && folder) return probe(join(folder, executableName))
  }
  return { reason: 'the Electron runtime could not be downloaded' }
}

function download(say) {
  say('Downloading the Electron runtime (about 115 MB) …')
  const installer = join(projectFolder, 'node_modules', 'electron', 'install.js')
  spawnSync(process.execPath, [installer], { stdio: 'ignore', timeout: downloadTimeoutMs })
}

/** Does it load at all? A missing system library shows here, before anybody waits for a window. */
function probe(path) {
  if (!existsSync(path)) return { reason: `there is no Electron at ${path}` }
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  const answer = spawnSync(path, ['-e', '0'], { env, encoding: 'utf8', timeout: 30_000 })
  if (answer.status === 0) return { path }
  const detail = (answer.stderr || answer.error?.message || `exit status ${answer.status}`).trim().split('\n')[0]
  return { reason: `the Electron runtime does not start here: ${detail}` }
}

function remembered() {
  try {
    return JSON.parse(readFileSync(answerFile, 'utf8'))
  } catch {
    return undefined
  }
}

function remember(answer) {
  writeFileSync(answerFile, JSON.stringify(answer))
  return answer
}
