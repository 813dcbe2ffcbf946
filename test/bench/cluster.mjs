// The two clusters that are measured: ours, as a user starts it, and an Apache Kafka beside it where one can be had.
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { projectFolder } from '../../src-main/setup/steps.mjs'

const peers = join(projectFolder, '..', 'shared', 'peers')
const startTimeoutMs = 120_000
/** Six JVMs one after the other, on a machine that may have other work. */
const kafkaStartTimeoutMs = 360_000
const ticksPerSecond = 100

/** Starts three brokers of ours in one process; `startMs` counts from the spawn of Node to the ready line. */
export async function startOurs(dataFolder = mkdtempSync(join(tmpdir(), 'brokerbench-bench-'))) {
  const startedAt = performance.now()
  const args = [join(projectFolder, 'out', 'main', 'serve.js'), '--brokers', '3', '--no-ui', '--data', dataFolder]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await readyLine(child)
  const startMs = performance.now() - startedAt
  const stop = async () => {
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
    rmSync(dataFolder, { recursive: true, force: true })
  }
  return { name: 'brokerbench', startMs, bootstrap: /bootstrap=(\S+)/.exec(line)[1], processIds: [child.pid], stop }
}

/**
 * `undefined` with a line why, where there is no JVM or no script to start Kafka with. `properties` go to every node; the brokers listen
 * on `port` (`--kafka-port N`) and the two after it, their controllers a hundred above.
 */
export function startKafka(properties = {}, port = portAsked()) {
  const start = join(peers, 'kafka', 'start')
  const missing = existsSync(start) ? ['java', 'mvn', 'python3'].find(name => spawnSync(name, ['--version']).error) : start
  if (missing) {
    process.stdout.write(`Apache Kafka is not measured: ${missing} is not here. Our side alone.\n`)
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-kafka-'))
  writeFileSync(join(folder, 'cluster-id'), newClusterId())
  const overrides = Object.entries(properties).flatMap(([name, value]) => ['--override', `${name}=${value}`])
  const args = ['--dir', folder, '--port', String(port), ...overrides]
  const run = () => spawnSync(start, args, { encoding: 'utf8', timeout: kafkaStartTimeoutMs })
  const answer = run()
  const ready = /^ready bootstrap=(\S+) startup_ms=(\d+)/m.exec(answer.stdout)
  if (!ready) {
    // Cut off in the middle, it leaves nodes behind.
    spawnSync(join(peers, 'kafka', 'stop'), [folder])
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`Apache Kafka did not start: ${answer.stdout}${answer.stderr}`)
  }
  const nodes = readdirSync(folder).filter(name => name.startsWith('node-'))
  const idOf = name => Number(readFileSync(join(folder, name, 'pid'), 'utf8'))
  const processIdsNow = () => nodes.map(idOf)
  const stop = async () => {
    spawnSync(join(peers, 'kafka', 'stop'), [folder])
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    ...{ name: 'apache-kafka', startMs: Number(ready[2]), bootstrap: ready[1] },
    ...{ processIds: processIdsNow(), processIdsNow, stop },
    end: (id, signal) => endProcess(idOf(`node-${id}`), signal),
    /** Brings back whichever node is down. */
    start: async () => void run(),
  }
}

/** Kafka's own tool takes one that begins with a dash for an option, and so would fail one time in 64. */
function newClusterId() {
  const bytes = randomBytes(16)
  bytes[0] &= 0x7f
  return bytes.toString('base64url')
}

async function endProcess(processId, signal) {
  process.kill(processId, signal)
  for (;;) {
    try {
      process.kill(processId, 0)
    } catch {
      return
    }
    await wait(20)
  }
}

/** Path of the load generator, a client on librdkafka; `undefined` with a line where it cannot be built. */
export function findLoad() {
  const build = join(peers, 'load', 'build')
  const answer = existsSync(build) ? spawnSync(build, { encoding: 'utf8' }) : undefined
  if (answer?.status === 0) return answer.stdout.trim()
  process.stdout.write('Throughput and latency are not measured: the load generator on librdkafka is not here.\n')
  return undefined
}

export function cpuSeconds(processIds) {
  return sum(processIds, id => {
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1].split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  })
}

export function residentMegabytes(processIds) {
  return sum(processIds, id => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1]) / 1024)
}

const sum = (items, of) => items.reduce((total, item) => total + of(item), 0)

function readyLine(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no ready line within two minutes')), startTimeoutMs)
    createInterface({ input: child.stdout }).on('line', line => {
      if (!line.startsWith('ready ')) return
      clearTimeout(timer)
      resolve(line)
    })
    child.once('exit', status => reject(new Error(`ended with status ${status} before it was ready`)))
  })
}

function portAsked() {
  const at = process.argv.indexOf('--kafka-port')
  return at < 0 ? 19_092 : Number(process.argv[at + 1])
}
