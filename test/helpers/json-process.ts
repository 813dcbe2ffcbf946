import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const conditionTimeoutMs = 90_000
const stderrCharactersMax = 20_000

/** A program that tells what happens to it in lines of JSON, and hears lines of text. */
export class JsonProcess {
  readonly process: ChildProcess
  readonly ended: Promise<number | null>
  #stderr = ''

  constructor(command: string, args: readonly string[], told: (line: Readonly<Record<string, unknown>>) => void) {
    this.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const { stderr, stdin, stdout } = this.process
    if (stderr === null || stdin === null || stdout === null) throw new Error(`${command} has no streams`)
    stderr.on('data', (text: Uint8Array) => (this.#stderr = (this.#stderr + String(text)).slice(-stderrCharactersMax)))
    stdin.on('error', () => undefined)
    createInterface({ input: stdout }).on('line', line => told(JSON.parse(line) as Record<string, unknown>))
    this.ended = new Promise(resolve => this.process.once('close', status => resolve(status)))
    this.process.once('error', () => undefined)
  }

  get stderr(): string {
    return this.#stderr
  }

  write(line: string): void {
    this.process.stdin?.write(`${line}\n`)
  }

  /** Its input ends: it is to finish by itself. */
  finish(): Promise<number | null> {
    this.process.stdin?.end()
    return this.ended
  }

  kill(): Promise<number | null> {
    this.process.kill('SIGKILL')
    return this.ended
  }
}

/** Waits until `holds`; `describe` says in the failure how things stand instead. */
export async function until(what: string, holds: () => boolean, describe: () => string = () => ''): Promise<void> {
  const deadline = Date.now() + conditionTimeoutMs
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within ${conditionTimeoutMs / 1000} s: ${what}. ${describe()}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
