import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { projectFolder } from './serve-process.ts'

const readyTimeoutMs = 30_000

/** One built `brokerbench broker --config FILE`, as a user would start it. */
export interface BrokerProcess {
  readonly process: ChildProcess
  /** Resolves when it has said that it serves; a member of a quorum does so only with a majority. */
  readonly ready: Promise<void>
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Writes `<folder>/broker-N.properties` and starts with it. */
export function startBrokerProcess(folder: string, nodeId: number, properties: Readonly<Record<string, string>>): BrokerProcess {
  const file = join(folder, `broker-${nodeId}.properties`)
  const all = { 'node.id': String(nodeId), 'log.dirs': join(folder, `broker-${nodeId}`), ...properties }
  writeFileSync(
    file,
    Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  const entry = join(projectFolder, 'out', 'main', 'broker.js')
  const child = spawn(process.execPath, [entry, '--config', file], { cwd: projectFolder, stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (text: Uint8Array) => (stderr += String(text)))
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve))
  const served = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`broker ${nodeId} is not ready: ${stderr}`)), readyTimeoutMs)
    createInterface({ input: child.stdout }).on('line', line => {
      if (!line.startsWith(`ready node.id=${nodeId} `)) return
      clearTimeout(timer)
      resolve()
    })
    void exited.then(status => reject(new Error(`broker ${nodeId} ended with status ${status}: ${stderr}`)))
  })
  served.catch(() => undefined)
  return {
    process: child,
    ready: served,
    stop: signal => {
      child.kill(signal ?? 'SIGTERM')
      return exited
    },
  }
}
