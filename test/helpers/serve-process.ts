import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { freePortRun } from './free-ports.ts'

export const projectFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const readyTimeoutMs = 60_000

export interface ServeProcess {
  readonly bootstrap: string
  /** Browser address with its token. */
  readonly workbench: string
  readonly dataFolder: string
  readonly process: ChildProcess
  readonly readyLine: string
  /** All of stderr so far. */
  stderr(): string
  /** Resolves with the exit status; `SIGKILL` for a crash. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts the built `brokerbench serve` as a user would; ports are free ones, the data directory a new one unless given. */
export async function startServe(
  options: { args?: readonly string[]; dataFolder?: string; port?: number } = {},
): Promise<ServeProcess> {
  const dataFolder = options.dataFolder ?? newDataFolder()
  const port = options.port ?? (await freePortRun(3))
  const entry = join(projectFolder, 'out', 'main', 'serve.js')
  const args = [entry, '--port', String(port), '--data', dataFolder, ...(options.args ?? [])]
  const child = spawn(process.execPath, args, { cwd: projectFolder, stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (text: Uint8Array) => (stderr += String(text)))
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve))
  const readyLine = await Promise.race([
    firstReadyLine(child),
    exited.then(status => Promise.reject(new Error(`serve ended with status ${status}: ${stderr}`))),
  ])
  return {
    bootstrap: /bootstrap=(\S+)/.exec(readyLine)?.[1] ?? '',
    workbench: /workbench=(\S+)/.exec(readyLine)?.[1] ?? '',
    dataFolder,
    process: child,
    readyLine,
    stderr: () => stderr,
    stop: signal => {
      child.kill(signal ?? 'SIGTERM')
      return exited
    },
  }
}

export const newDataFolder = (): string => mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
export const removeDataFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true })

function firstReadyLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('serve printed no ready line')), readyTimeoutMs)
    if (child.stdout === null) throw new Error('serve has no stdout')
    createInterface({ input: child.stdout }).on('line', line => {
      if (!line.startsWith('ready ')) return
      clearTimeout(timer)
      resolve(line)
    })
  })
}
