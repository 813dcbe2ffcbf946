// Kafka's own Java programs: its command line tools, and programs of ours that are compiled against its jars.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { projectFolder } from '../../../src-main/setup/steps.mjs'

const peers = join(projectFolder, '..', 'shared', 'peers', 'kafka')
const tool = join(peers, 'tool')
const callTimeoutMs = 120_000

/** Why Kafka's tools cannot be run here, in one sentence; undefined when they can. */
export function kafkaToolsMissing() {
  if (!existsSync(tool)) return "Kafka's tools are not beside this checkout"
  return hasProgram('java') ? undefined : 'there is no Java here'
}

export const hasProgram = name => spawnSync(name, ['-version'], { stdio: 'ignore' }).error === undefined

/** Runs one tool to its end: `{ status, text }`, standard output and error together. */
export function runTool(...args) {
  return finish(spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'] }), args.join(' '))
}

/** A tool that goes on until it is told to end; `lines` are what it has printed so far. */
export function startTool(...args) {
  return running(spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true }))
}

/** Compiles one source file against Kafka's jars; `start(...args)` runs its class. */
export function compileJava(sourceFile, mainClass) {
  const classes = mkdtempSync(join(tmpdir(), 'brokerbench-java-'))
  spawnSync(tool, ['topics', '--version'], { stdio: 'ignore', timeout: callTimeoutMs })
  const jars = join(jarFolder(), '*')
  const answer = spawnSync('javac', ['-d', classes, '-cp', jars, sourceFile], { encoding: 'utf8', timeout: callTimeoutMs })
  if (answer.status !== 0) throw new Error(`javac: ${answer.stderr || answer.error?.message}`)
  const log = `-Dlog4j2.configurationFile=${join(peers, 'log4j2.properties')}`
  const all = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', log, '-cp', `${classes}${delimiter}${jars}`, mainClass]
  return {
    start: (...args) => running(spawn('java', [...all, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })),
    remove: () => rmSync(classes, { recursive: true, force: true }),
  }
}

function jarFolder() {
  const version = /<kafka\.version>(.*)<\/kafka\.version>/.exec(readFileSync(join(peers, 'pom.xml'), 'utf8'))[1]
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'brokerbench-peers', `kafka-${version}`)
}

function running(child) {
  const lines = []
  let rest = ''
  const self = { lines, stderr: '', process: child, until, end }
  child.stdout.on('data', chunk => {
    const parts = `${rest}${chunk}`.split('\n')
    rest = parts.pop()
    lines.push(...parts)
  })
  child.stderr.on('data', chunk => (self.stderr = (self.stderr + chunk).slice(-5_000)))
  const ended = new Promise(resolve => child.once('close', resolve))
  return self

  /** Waits until `holds(lines)`. */
  async function until(what, holds) {
    const deadline = Date.now() + callTimeoutMs
    while (!holds(lines)) {
      if (Date.now() > deadline) throw new Error(`not within two minutes: ${what}. ${lines.slice(-5).join('\n')} ${self.stderr}`)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
  async function end(signal = 'SIGTERM') {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return ended
  }
}

function finish(child, what) {
  return new Promise((resolve, reject) => {
    let text = ''
    const timer = setTimeout(() => child.kill('SIGKILL'), callTimeoutMs)
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (text += chunk))
    child.once('error', reject)
    child.once('close', status => {
      clearTimeout(timer)
      if (status === null) reject(new Error(`${what}: not done within two minutes: ${text}`))
      else resolve({ status, text })
    })
  })
}
