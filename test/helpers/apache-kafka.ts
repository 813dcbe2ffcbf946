import { execFile, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePortRun } from './free-ports.ts'
import { projectFolder } from './serve-process.ts'

const peers = join(projectFolder, '..', 'shared', 'peers', 'kafka')
const startTimeoutMs = 90_000

export interface ApacheKafka {
  /** `host:port`, comma separated. */
  readonly bootstrap: string
  close(): void
}

/** Kafka's own tool takes one that begins with a dash for an option, and so would fail one time in 64. */
function newClusterId(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0] as number) & 0x7f
  return bytes.toString('base64url')
}

/** Why no Apache Kafka can be started here, in one sentence; undefined when it can. */
export function apacheKafkaMissing(): string | undefined {
  if (!existsSync(join(peers, 'start'))) return 'there is no Apache Kafka beside this checkout'
  return spawnSync('java', ['-version']).status === 0 ? undefined : 'there is no Java here'
}

/**
 * A real Apache Kafka of `brokers` combined nodes on free ports; removed with `close`. `at`: on data that is there already, in
 * `<folder>/node-<id>/data`; that folder stays.
 */
export async function startApacheKafka(
  brokers: number,
  at?: { readonly folder: string; readonly port: number; readonly overrides?: readonly string[] },
): Promise<ApacheKafka> {
  const folder = at?.folder ?? mkdtempSync(join(tmpdir(), 'brokerbench-kafka-'))
  const port = at?.port ?? (await freePortRun(brokers))
  if (at === undefined) writeFileSync(join(folder, 'cluster-id'), newClusterId())
  const args = ['--brokers', String(brokers), '--port', String(port), '--dir', folder, '--heap', '256m']
  for (const override of at?.overrides ?? []) args.push('--override', override)
  const output = await new Promise<string>((resolve, reject) => {
    execFile(join(peers, 'start'), args, { timeout: startTimeoutMs }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`Apache Kafka did not start: ${stderr || error.message}`))
    })
  })
  const bootstrap = /bootstrap=(\S+)/.exec(output)?.[1]
  if (bootstrap === undefined) throw new Error(`Apache Kafka said no address: ${output}`)
  return {
    bootstrap,
    close() {
      spawnSync(join(peers, 'stop'), [folder])
      if (at === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
