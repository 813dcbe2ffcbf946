// A cluster whose members are processes of their own (`brokerbench broker --config …`), so that each can be killed and stopped alone.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { projectFolder } from '../../src-main/setup/steps.mjs'

const readyTimeoutMs = 60_000

/** Starts `count` combined nodes on free ports of loopback, and resolves when all serve. `properties` go to every node. */
export async function startBrokerProcesses({ count = 3, properties = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-processes-'))
  const ports = await freePorts(count * 2)
  const voters = Array.from({ length: count }, (_, at) => `${at + 1}@127.0.0.1:${ports[count + at]}`).join(',')
  const nodes = Array.from({ length: count }, (_, at) => newNode(at + 1))
  await Promise.all(nodes.map(node => node.start()))
  return {
    folder,
    nodes,
    bootstrap: nodes.map(node => `127.0.0.1:${node.port}`).join(','),
    processIds: () => nodes.flatMap(node => (node.process ? [node.process.pid] : [])),
    /** Ends all, however they are, and removes their files. */
    async stop() {
      await Promise.all(nodes.map(node => node.end('SIGKILL')))
      rmSync(folder, { recursive: true, force: true })
    },
  }

  function newNode(id) {
    const [port, controllerPort] = [ports[id - 1], ports[count + id - 1]]
    const home = join(folder, `node-${id}`)
    mkdirSync(home)
    const config = join(home, 'server.properties')
    writeFileSync(config, propertiesText({ ...common(id, port, controllerPort, voters, join(home, 'data')), ...properties }))
    const node = { id, port, process: undefined, start, signal, end, stderr: '' }
    return node

    /** Resolves when it serves. */
    async function start() {
      const child = spawn(process.execPath, [join(projectFolder, 'out', 'main', 'broker.js'), '--config', config], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      node.process = child
      child.stderr.on('data', text => (node.stderr = (node.stderr + text).slice(-10_000)))
      child.once('exit', () => (node.process = undefined))
      await readyLine(child, () => node.stderr)
    }

    function signal(name) {
      node.process?.kill(name)
    }

    async function end(name) {
      const child = node.process
      if (child === undefined) return
      const ended = new Promise(resolve => child.once('exit', resolve))
      child.kill(name)
      await ended
    }
  }
}

const common = (id, port, controllerPort, voters, data) => ({
  'node.id': id,
  'process.roles': 'broker,controller',
  listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'controller.listener.names': 'CONTROLLER',
  'controller.quorum.voters': voters,
  'log.dirs': data,
  'default.replication.factor': 3,
  'min.insync.replicas': 2,
  'offsets.topic.replication.factor': 3,
  'transaction.state.log.replication.factor': 3,
  'transaction.state.log.min.isr': 2,
})

const propertiesText = properties =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('')

function readyLine(child, stderr) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ready line within a minute: ${stderr()}`)), readyTimeoutMs)
    createInterface({ input: child.stdout }).on('line', line => {
      if (!line.startsWith('ready ')) return
      clearTimeout(timer)
      resolve(line)
    })
    child.once('exit', status => {
      clearTimeout(timer)
      reject(new Error(`broker ended with status ${status} before it was ready: ${stderr()}`))
    })
  })
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer().once('error', reject)
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map(server => server.address().port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}
