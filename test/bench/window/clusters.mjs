// What the window is measured on: our three brokers behind their own door, or an Apache Kafka with our door beside it.
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { projectFolder } from '../../../src-main/setup/steps.mjs'
import { startKafka } from '../cluster.mjs'
import { scratchFolder } from './browser.mjs'

const readyMs = 120_000

/** `undefined` where an Apache Kafka was asked for and cannot be had. */
export async function startMeasured(isForeign) {
  const { folder, remove } = scratchFolder()
  if (!isForeign) {
    const door = await startDoor(folder, ['--brokers', '3'])
    return { name: 'embedded cluster', ...door, stop: () => door.stop().finally(remove) }
  }
  const kafka = startKafka({}, await freeKafkaPort())
  if (kafka === undefined) return undefined
  try {
    const door = await startDoor(folder, ['--open', kafka.bootstrap.split(',')[0]])
    const stop = async () => {
      await door.stop()
      await kafka.stop()
      remove()
    }
    return { name: 'Apache Kafka', ...door, bootstrap: kafka.bootstrap, stop }
  } catch (error) {
    await kafka.stop()
    throw error
  }
}

/**
 * Three neighbouring ports for the brokers, and three for their controllers, that nobody has at this moment; looked for from another place
 * by each process, because nodes take theirs only seconds later.
 */
async function freeKafkaPort() {
  for (let port = 21_000 + (process.pid % 1_500) * 7; port < 60_000; port += 7) {
    const wanted = [0, 1, 2, 100, 101, 102].map(step => port + step)
    if ((await Promise.all(wanted.map(isFree))).every(Boolean)) return port
  }
  throw new Error('no free ports for an Apache Kafka')
}

const isFree = port =>
  new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

async function startDoor(dataFolder, args) {
  const entry = join(projectFolder, 'out', 'main', 'serve.js')
  const child = spawn(process.execPath, [entry, ...args, '--data', dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await readyLine(child)
  return {
    bootstrap: /bootstrap=(\S+)/.exec(line)?.[1],
    workbench: /workbench=(\S+)/.exec(line)[1],
    processId: child.pid,
    dataFolder,
    async stop() {
      const ended = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(dataFolder, { recursive: true, force: true })
    },
  }
}

function readyLine(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no ready line')), readyMs)
    createInterface({ input: child.stdout }).on('line', line => {
      if (!line.startsWith('ready')) return
      clearTimeout(timer)
      resolve(line)
    })
    child.once('exit', status => reject(new Error(`serve ended with status ${status} before it was ready`)))
  })
}
