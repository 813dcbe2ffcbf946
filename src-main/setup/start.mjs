// `npm start`: sets up what is missing, then opens the window on a running cluster; without a display or an Electron, the browser door.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findElectron } from './electron-runtime.mjs'
import { ensureBuild, ensureDependencies, projectFolder, requireNode } from './steps.mjs'

const usage = `npm start [-- --browser] [-- --setup] [-- --data DIR] [-- --brokers N] …
  --browser   no window: print the browser address
  --setup     look for the Electron runtime again
Everything else goes to the app, as for \`brokerbench serve\`.`

requireNode()
const own = new Set(['--browser', '--setup', '--help'])
const given = process.argv.slice(2)
const passedOn = given.filter(argument => !own.has(argument))
if (given.includes('--help')) {
  process.stdout.write(`${usage}\n`)
  process.exit(0)
}

const say = text => process.stderr.write(`Brokerbench: ${text}\n`)
ensureDependencies(text => say(`[1/3] ${text}`))
ensureBuild(text => say(`[2/3] ${text}`))
const electron = windowRuntime()
if (electron.path) openWindow(electron.path)
else openBrowserDoor(electron.reason)

function windowRuntime() {
  if (given.includes('--browser')) return { reason: 'asked for by --browser' }
  const isLinux = process.platform === 'linux'
  if (isLinux && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return { reason: 'there is no display here' }
  const substitute = join(projectFolder, '..', 'shared', 'electron-runtime', 'fetch')
  return findElectron({
    say: text => say(`[3/3] ${text}`),
    again: given.includes('--setup'),
    fallbacks: isLinux && existsSync(substitute) ? [substitute] : [],
  })
}

function openWindow(electronPath) {
  const args = [projectFolder, ...passedOn]
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    say("started as root, where Chromium's sandbox cannot run: the window opens without it.")
    args.unshift('--no-sandbox')
  }
  follow(spawn(electronPath, args, { cwd: projectFolder, stdio: ['ignore', 'inherit', 'inherit'] }))
}

function openBrowserDoor(reason) {
  const entry = join(projectFolder, 'out', 'main', 'serve.js')
  const child = spawn(process.execPath, [entry, ...passedOn], { cwd: projectFolder, stdio: ['ignore', 'pipe', 'inherit'] })
  createInterface({ input: child.stdout }).on('line', line => {
    process.stdout.write(`${line}\n`)
    const address = /^ready .*workbench=(http\S+)/.exec(line)?.[1]
    if (address) say(`no window (${reason}); the workbench is at ${address}`)
  })
  follow(child)
}

/** Ends as the app ends, and asks it to end when we are asked to. */
function follow(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal))
  child.on('error', error => {
    say(`could not be started: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)))
}
