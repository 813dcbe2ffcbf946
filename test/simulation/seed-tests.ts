import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

interface SeedLine {
  readonly seed: number
  readonly workload: string
  readonly acknowledged: number
  readonly report?: string
}

const batchSize = 8
/** A quarter of what `npm run sim` gives each: as many worlds in less time. */
const faultsSeconds = '8'

/** As many share the seeds: few, because code that is warm runs more than twice as fast. */
const processes = Math.min(2, availableParallelism())

/** Tests for the seeds from `from` on, some per test, so that a failure names few. */
export function seedTests(from: number, count: number): void {
  const lines = new Map<number, SeedLine>()
  let arrived: () => void = () => {}
  let runs: readonly SeedRun[] = []
  const take = (line: SeedLine): void => {
    lines.set(line.seed, line)
    arrived()
  }
  beforeAll(() => {
    const each = Math.ceil(count / processes)
    const starts = Array.from({ length: processes }, (_, index) => from + index * each)
    runs = starts.map(start => startSeeds(start, Math.min(each, from + count - start), take))
  })
  afterAll(() => {
    for (const run of runs) run.stop()
  })

  async function lineOf(seed: number): Promise<SeedLine> {
    for (;;) {
      const line = lines.get(seed)
      if (line !== undefined) return line
      const more = new Promise<void>(resolve => (arrived = resolve))
      const ended = await Promise.race([more, Promise.all(runs.map(run => run.ended))])
      if (ended !== undefined && !lines.has(seed)) throw new Error(`no word of seed ${seed}: ${ended.join('\n')}`)
    }
  }

  for (let first = from; first < from + count; first += batchSize) {
    const last = Math.min(first + batchSize, from + count) - 1
    it(`seeds ${first} to ${last} keep what they acknowledged`, { timeout: 600_000 }, async () => {
      for (let seed = first; seed <= last; seed++) {
        const line = await lineOf(seed)
        if (line.report !== undefined) expect.fail(line.report)
        expect(line.acknowledged).toBeGreaterThan(0)
      }
    })
  }
}

interface SeedRun {
  /** With the last words, when it has ended. */
  readonly ended: Promise<string>
  stop(): void
}

function startSeeds(from: number, count: number, onLine: (line: SeedLine) => void): SeedRun {
  const script = fileURLToPath(new URL('run.mjs', import.meta.url))
  const child = spawn(process.execPath, [
    script,
    '--each',
    '--faults-seconds',
    faultsSeconds,
    '--from',
    String(from),
    '--seeds',
    String(count),
  ])
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => (words = `${words}${chunk.toString()}`.slice(-4_000)))
  const output = createInterface({ input: child.stdout })
  output.on('line', text => {
    if (text.startsWith('{')) onLine(JSON.parse(text) as SeedLine)
    else words = `${words}${text}\n`.slice(-4_000)
  })
  const ended = new Promise<string>(resolve => output.on('close', () => resolve(`the run has ended. ${words}`)))
  return { ended, stop: () => void child.kill() }
}
