import { spawn, spawnSync } from 'node:child_process'

const timeoutMs = 90_000

/** Path of kcat, found by `npm test`; `undefined` where it is absent. */
export const kcatPath: string | undefined =
  process.env.BROKERBENCH_KCAT ?? (spawnSync('kcat', ['-V']).error === undefined ? 'kcat' : undefined)

export interface KcatResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs kcat to its end, with `input` on its standard input. */
export function kcat(args: readonly string[], input?: string): Promise<KcatResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(kcatPath ?? 'kcat', args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    const stdout: Uint8Array[] = []
    const stderr: Uint8Array[] = []
    child.stdout.on('data', (bytes: Uint8Array) => stdout.push(bytes))
    child.stderr.on('data', (bytes: Uint8Array) => stderr.push(bytes))
    child.once('error', reject)
    child.once('close', status => {
      clearTimeout(timer)
      resolve({ status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() })
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input ?? '')
  })
}
