import { spawn } from 'node:child_process'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { batchCrcIsValid, batchLastOffset } from '../../broker-core/records/batch-header.ts'
import { batchesIn } from '../../broker-core/records/batch-iterator.ts'
import { recordsOf } from '../../broker-core/records/record-reader.ts'
import { openLogDirectory } from '../../broker-core/storage/log-directory.ts'
import type { PartitionLog } from '../../broker-core/storage/partition-log.ts'

const projectFolder = join(import.meta.dirname, '../..')
const root = fs.mkdtempSync(join(tmpdir(), 'brokerbench-kill-'))
const dataFolder = join(root, 'data')
const program = join(root, 'appending-process.mjs')
const env = nodeEnv({ log: { write: () => undefined } })

interface Told {
  /** By partition: the end of its log, and the bytes that it occupies. */
  readonly logs: ReadonlyMap<number, { readonly end: number; readonly sizeBytes: number }>
  readonly lines: number
}

/** Lets it append until it has told enough, kills it at once, and returns the last that it told. */
async function appendAndKill(isEnough: (told: Told) => boolean): Promise<Told> {
  // The codecs are required when they are first used, from where the program lies.
  const child = spawn(process.execPath, [program, dataFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_PATH: join(projectFolder, 'node_modules') },
  })
  const logs = new Map<number, { end: number; sizeBytes: number }>()
  let lines = 0
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const told = (rest + text).split('\n')
    rest = told.pop()!
    for (const line of told) {
      const [partition, end, sizeBytes] = line.split(' ').map(Number)
      logs.set(partition!, { end: end!, sizeBytes: sizeBytes! })
      lines++
    }
    if (isEnough({ logs, lines })) child.kill('SIGKILL')
  })
  await once(child, 'close')
  expect(child.signalCode, 'it goes on until it is killed').toBe('SIGKILL')
  return { logs, lines }
}

const appends = (count: number) => (told: Told) => told.lines >= count
/** What compaction has taken away of partition 0, which is written without compression. */
const isCompacted = ({ logs }: Told) => (logs.get(0)?.end ?? 0) * recordBytes - (logs.get(0)?.sizeBytes ?? 0) > 1_000_000
const recordBytes = 700

/** CRC of every batch, and that each key's newest record is the last one appended with it. */
function check(log: PartitionLog): void {
  const newest = new Map<string, number>()
  let invalid = 0
  for (let next = log.logStartOffset; next < log.logEndOffset; ) {
    const { chunks, nextOffset } = log.read({
      fromOffset: next,
      belowOffset: log.logEndOffset,
      maxBytes: 1 << 20,
      atLeastOneBatch: true,
    })
    if (chunks.length === 0) break
    for (const batch of chunks.flatMap(chunk => [...batchesIn(chunk)])) {
      if (!batchCrcIsValid(batch, 0, env.crc32c) || batchLastOffset(batch, 0) >= log.logEndOffset) invalid++
      for (const record of recordsOf(batch, env.compression)) {
        newest.set(new TextDecoder().decode(record.key!), record.offset)
        if (!new TextDecoder().decode(record.value!).startsWith(`${record.offset} `)) invalid++
      }
    }
    next = nextOffset
  }
  expect(invalid).toBe(0)
  const expected = Array.from({ length: Math.min(40, log.logEndOffset) }, (_, i) => log.logEndOffset - 1 - i)
  expect([...newest.values()].sort((one, other) => other - one)).toEqual(expected)
}

describe('storage on the real disk', () => {
  beforeAll(async () => {
    await build({
      configFile: false,
      logLevel: 'error',
      root: projectFolder,
      plugins: [externalFromProject()],
      build: {
        ssr: 'test/integration/appending-process.ts',
        outDir: root,
        minify: false,
        rollupOptions: { output: { entryFileNames: 'appending-process.mjs' } },
      },
    })
  })
  afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

  it('DISK-30, DISK-31, DISK-37: kill -9 at any moment of appending, rolling and compacting loses nothing that was told', async () => {
    for (const isEnough of [appends(30), appends(300), appends(700), isCompacted, appends(200), appends(1)]) {
      const told = await appendAndKill(isEnough)
      const directory = openLogDirectory({ path: dataFolder, clusterId: 'kill', nodeId: 1, configOf: () => ({}) }, env)
      expect(directory.previousBrokerEpoch).toBeUndefined()
      for (const log of directory.logs()) {
        expect(log.logEndOffset).toBeGreaterThanOrEqual(told.logs.get(log.partition)?.end ?? 0)
        check(log)
      }
      expect([...directory.logs()].length).toBe(3)
      // As after another kill: the next process finds no clean stop.
      directory.abandon()
    }
    const leftOver = [0, 1, 2].flatMap(partition =>
      fs.readdirSync(join(dataFolder, `kill-${partition}`)).filter(name => /cleaned|swap$/.test(name)),
    )
    expect(leftOver).toEqual([])
  })
})

/** Packages resolve from the project, not from the temporary folder. */
function externalFromProject() {
  return {
    name: 'external-from-project',
    enforce: 'pre' as const,
    resolveId: (id: string) => (/^[./]|^node:|\0/.test(id) ? null : { id: import.meta.resolve(id), external: true as const }),
  }
}
