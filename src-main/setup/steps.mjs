// What has to be there before anything of ours can run: dependencies and the build. Plain Node, because nothing is installed yet.
// Each step leaves a stamp, so that a second start finds out in milliseconds that there is nothing to do.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
/** A checkout has the sources and can build; an installed package has only the build. */
export const isCheckout = existsSync(join(projectFolder, 'electron.config.ts'))

const nodeVersionMin = [20, 19]
const dependencyStamp = join(projectFolder, 'node_modules', '.brokerbench-dependencies')
const buildStamp = join(projectFolder, 'out', '.build-stamp')
const buildInputs = [
  'broker-core',
  'src-main',
  'src-renderer',
  'assets',
  'electron.config.ts',
  'package.json',
  'package-lock.json',
]

/** Stops with one line and a status when this Node is too old to run the tools. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > nodeVersionMin[0] || (major === nodeVersionMin[0] && minor >= nodeVersionMin[1])) return
  fail(`Brokerbench needs Node ${nodeVersionMin.join('.')} or newer; this is ${process.versions.node}.`)
}

export function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/** `npm ci` unless the installed tree belongs to this lock file. Returns true when it had to work. */
export function ensureDependencies(say) {
  if (!isCheckout) return false
  const wanted = hashOf(readFileSync(join(projectFolder, 'package-lock.json')))
  if (existsSync(dependencyStamp) && readFileSync(dependencyStamp, 'utf8') === wanted) return false
  say('Installing dependencies (npm ci; the first time takes a minute or two) …')
  const npm = process.env.npm_execpath
  const [command, args] = npm ? [process.execPath, [npm]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []]
  run(command, [...args, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], 'Installing dependencies failed')
  writeFileSync(dependencyStamp, wanted)
  return true
}

/** Builds main process, preload and renderer unless `out/` was built from these very sources. Returns true when it had to work. */
export function ensureBuild(say) {
  if (!isCheckout) return false
  const wanted = hashOfSources()
  if (existsSync(buildStamp) && readFileSync(buildStamp, 'utf8') === wanted) return false
  say('Building main process and window …')
  const tool = join(projectFolder, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const args = [tool, 'build', '--config', 'electron.config.ts', '--logLevel', 'warn']
  run(process.execPath, args, 'The build failed', { NODE_ENV: 'production' })
  mkdirSync(dirname(buildStamp), { recursive: true })
  writeFileSync(buildStamp, wanted)
  return true
}

function run(command, args, failure, env = {}) {
  const result = spawnSync(command, args, {
    cwd: projectFolder,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...env },
    shell: command.endsWith('.cmd'),
  })
  if (result.error) fail(`${failure}: ${result.error.message}`)
  if (result.status !== 0) fail(`${failure} (exit status ${result.status ?? result.signal}); its own message stands above.`)
}

function hashOfSources() {
  const hash = createHash('sha256')
  for (const input of buildInputs)
    for (const file of filesBelow(join(projectFolder, input))) {
      hash
        .update(`${relative(projectFolder, file)}\0`)
        .update(readFileSync(file))
        .update('\0')
    }
  return hash.digest('hex')
}

function filesBelow(path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap(name => filesBelow(join(path, name)))
}

const hashOf = bytes => createHash('sha256').update(bytes).digest('hex')
