// What the suites need beside npm packages: looked for on the machine, then fetched by the tool's own download, then (Debian, root)
// by apt. Each answer is `{ path }` or `{ reason }`; a reason ends up in the closing lines of the run.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { findElectron } from '../../src-main/setup/electron-runtime.mjs'
import { projectFolder } from '../../src-main/setup/steps.mjs'

const downloadTimeoutMs = 300_000
/** Brings librdkafka along. */
const pythonClientVersion = '2.16.1'
let packageListsFresh = false

/** The headless shell before others: the same engine without a browser around it opens a page for less than half of the processor time. */
export function findChromium(say) {
  const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
  const found = () => process.env.CHROME_PATH ?? onPath(names) ?? playwrightChromium()
  if (!found()) {
    say('Downloading a Chromium for the browser tests …')
    const tool = join(projectFolder, 'node_modules', 'playwright-core', 'cli.js')
    spawnSync(process.execPath, [tool, 'install', 'chromium'], { stdio: 'ignore', timeout: downloadTimeoutMs })
  }
  if (!found()) aptInstall(say, ['chromium-headless-shell', 'fonts-dejavu-core'])
  const path = found()
  return path ? { path } : { reason: 'no Chromium found, downloaded or installed' }
}

/** `path` undefined on systems that always have a display. */
export function findDisplay(say) {
  if (process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return {}
  if (!onPath(['Xvfb'])) aptInstall(say, ['xvfb', 'xauth'])
  const path = onPath(['Xvfb'])
  return path ? { path } : { reason: 'no display, and no Xvfb to make one' }
}

export function findElectronForTests(say) {
  const fallback = join(projectFolder, '..', 'shared', 'electron-runtime', 'fetch')
  const ask = again => findElectron({ say, again, fallbacks: existsSync(fallback) ? [fallback] : [] })
  let answer = ask(false)
  if (!answer.path && aptInstall(say, electronLibraries)) answer = ask(true)
  return answer
}

export function findKcat(say) {
  if (!onPath(['kcat', 'kafkacat'])) aptInstall(say, ['kcat'])
  const path = onPath(['kcat', 'kafkacat'])
  return path ? { path } : { reason: 'kcat is not on this machine' }
}

/** librdkafka through its Python binding, in an environment of its own in the user's cache: `path` is the Python that can load it. */
export function findLibrdkafka(say) {
  const folder = join(cacheFolder(), 'brokerbench', `python-librdkafka-${pythonClientVersion}`)
  const path = join(folder, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']))
  if (loadsLibrdkafka(path)) return { path }
  const python = pythonWithVenv(say)
  if (python === undefined) return { reason: 'no Python 3 with venv and pip to load librdkafka with' }
  say('Installing librdkafka with its Python binding (pip) …')
  const problem = makeEnvironment(python, folder)
  if (problem === undefined && loadsLibrdkafka(path)) return { path }
  return { reason: `librdkafka could not be installed with pip: ${problem ?? 'its binding does not load'}` }
}

const loadsLibrdkafka = path => existsSync(path) && succeeds(path, ['-c', 'import confluent_kafka'])
const succeeds = (path, args) => spawnSync(path, args, { stdio: 'ignore', timeout: downloadTimeoutMs }).status === 0

function pythonWithVenv(say) {
  const found = () => {
    const path = onPath(['python3', 'python'])
    return path && succeeds(path, ['-c', 'import venv, ensurepip']) ? path : undefined
  }
  if (!found()) aptInstall(say, ['python3', 'python3-venv'])
  return found()
}

/** Made aside and moved, so that what has the name is whole. Answers what went wrong. */
function makeEnvironment(python, folder) {
  const fresh = `${folder}.${process.pid}`
  const freshPython = join(fresh, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']))
  const steps = [
    [python, ['-m', 'venv', fresh]],
    [freshPython, ['-m', 'pip', 'install', '-q', '--only-binary=:all:', `confluent-kafka==${pythonClientVersion}`]],
  ]
  mkdirSync(join(folder, '..'), { recursive: true })
  for (const [path, args] of steps) {
    const answer = spawnSync(path, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: downloadTimeoutMs })
    if (answer.status === 0) continue
    rmSync(fresh, { recursive: true, force: true })
    return (answer.stderr || answer.error?.message || `exit status ${answer.status}`).trim().split('\n').at(-1)
  }
  rmSync(folder, { recursive: true, force: true })
  renameSync(fresh, folder)
  return undefined
}

function cacheFolder() {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME
  if (process.platform === 'win32' && process.env.LOCALAPPDATA) return process.env.LOCALAPPDATA
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache')
}

const electronLibraries = ['libgtk-3-0', 'libnss3', 'libgbm1', 'libasound2', 'libxss1', 'libatk-bridge2.0-0', 'libxkbcommon0']

function playwrightChromium() {
  const script = "import('playwright-core').then(p => process.stdout.write(p.chromium.executablePath()))"
  const answer = spawnSync(process.execPath, ['-e', script], { cwd: projectFolder, encoding: 'utf8' })
  return answer.stdout && existsSync(answer.stdout) ? answer.stdout : undefined
}

function onPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  for (const name of names) {
    const found = folders.map(folder => join(folder, process.platform === 'win32' ? `${name}.exe` : name)).find(existsSync)
    if (found) return found
  }
  return undefined
}

function aptInstall(say, packages) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !onPath(['apt-get'])) return false
  say(`Installing ${packages.join(', ')} (apt) …`)
  const apt = args =>
    spawnSync('apt-get', args, {
      stdio: 'ignore',
      timeout: downloadTimeoutMs,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  if (!packageListsFresh) packageListsFresh = apt(['update', '-q']).status === 0
  return apt(['install', '-qy', '--no-install-recommends', ...packages]).status === 0
}
