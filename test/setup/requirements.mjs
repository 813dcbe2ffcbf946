// What the suites need beside npm packages: looked for on the machine, then fetched by the tool's own download, then (Debian, root)
// by apt. Each answer is `{ path }` or `{ reason }`; a reason ends up in the closing lines of the run.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findElectron } from '../../src-main/setup/electron-runtime.mjs'
import { projectFolder } from '../../src-main/setup/steps.mjs'

const downloadTimeoutMs = 300_000
let packageListsFresh = false

export function findChromium(say) {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
  const found = () => process.env.CHROME_PATH ?? onPath(names) ?? playwrightChromium()
  if (!found()) {
    say('Downloading a Chromium for the browser tests …')
    const tool = join(projectFolder, 'node_modules', 'playwright-core', 'cli.js')
    spawnSync(process.execPath, [tool, 'install', 'chromium'], { stdio: 'ignore', timeout: downloadTimeoutMs })
  }
  if (!found()) aptInstall(say, ['chromium', 'fonts-dejavu-core'])
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
