import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { encodeTransactionMarker } from '../../broker-core/records/control-records.ts'
import { encodeBatch, type BatchToWrite } from '../../broker-core/records/batch-writer.ts'
import { openLogDirectory } from '../../broker-core/storage/log-directory.ts'
import type { PartitionLog } from '../../broker-core/storage/partition-log.ts'

/** Apache Kafka's own tool for log files, where the machine has it and a JVM. */
const tool = join(import.meta.dirname, '../../../shared/peers/kafka/tool')
const hasKafka = fs.existsSync(tool) && spawnSync('java', ['-version']).status === 0
if (!hasKafka)
  process.stdout.write('kafka-log-files: no JVM or no Apache Kafka here; our segments are not shown to its dump-log\n')

const env = nodeEnv({ log: { write: () => undefined } })
const root = fs.mkdtempSync(join(tmpdir(), 'brokerbench-log-files-'))
const topicId = 'abcdefghijklmnopqrstuA'
const text = (value: string) => new TextEncoder().encode(value)

function append(
  log: PartitionLog,
  more: Partial<BatchToWrite>,
  keys: readonly string[],
  value: string | null = 'v'.repeat(100),
): void {
  const records = keys.map((key, i) => ({
    timestampMs: Date.now() - 1000 + i,
    key: text(key),
    value: value === null ? null : text(value),
  }))
  const result = log.appendAsLeader(encodeBatch({ ...more, records }, env), { leaderEpoch: 2, origin: 'client' })
  if (!result.ok) throw new Error(result.rejection.message)
  log.advanceHighWatermark(log.logEndOffset)
}

function endTransaction(log: PartitionLog, producerId: number, committed: boolean): void {
  const marker = encodeTransactionMarker(
    { producerId, producerEpoch: 0, coordinatorEpoch: 1, committed, timestampMs: Date.now() },
    env,
  )
  log.appendAsLeader(marker, { leaderEpoch: 2, origin: 'coordinator' })
  log.advanceHighWatermark(log.logEndOffset)
}

const nextSequence = (log: PartitionLog, producerId: number): number =>
  (log.producers().find(producer => producer.producerId === producerId)?.lastSequence ?? -1) + 1

/** What a broker does to its logs in a long life: every codec, transactions of both ends, compaction, a crash, restarts. */
function write(): void {
  const open = () =>
    openLogDirectory({ path: join(root, 'data'), clusterId: 'c', nodeId: 1, configOf: topic => configs[topic]! }, env)
  const configs: Record<string, Record<string, string>> = {
    loaded: { 'segment.bytes': '60000' },
    compacted: {
      'segment.bytes': '20000',
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.01',
      'delete.retention.ms': '0',
    },
  }
  let directory = open()
  const create = (topic: string) => directory.createLog({ topic, partition: 0, topicId, config: configs[topic]! })
  for (let round = 0; round < 3; round++) {
    const loaded = create('loaded')
    const compacted = create('compacted')
    for (let i = 0; i < 120; i++) {
      const compression = (['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)[i % 5]!
      const keys = Array.from({ length: 1 + (i % 17) }, (_, k) => `key ${(i * 7 + k) % 50}`)
      append(loaded, { compression }, keys)
      append(compacted, { compression }, keys, i % 9 === 0 ? null : `value ${round}.${i}`.padEnd(80, '-'))
      if (i % 10 !== 0) continue
      for (const log of [loaded, compacted]) {
        append(
          log,
          { producerId: 70 + (i % 3), producerEpoch: 0, baseSequence: nextSequence(log, 70 + (i % 3)), transactional: true },
          ['a', 'b', 'c'],
        )
        endTransaction(log, 70 + (i % 3), i % 20 === 0)
      }
    }
    directory.runCompaction()
    if (round === 1) {
      directory.abandon()
      tear('loaded')
    } else directory.close(1)
    directory = open()
  }
  directory.close(1)
}

/** As a crash in the middle of a write leaves it: half a batch behind the last whole one. */
function tear(topic: string): void {
  const last =
    filesOf(topic)
      .filter(path => path.endsWith('.log'))
      .at(-1) ?? ''
  const whole = fs.readFileSync(last)
  fs.appendFileSync(last, whole.subarray(0, 90))
}

const filesOf = (topic: string) =>
  fs
    .readdirSync(join(root, 'data', `${topic}-0`))
    .filter(name => /\.(log|index|timeindex|txnindex|snapshot)$/.test(name))
    .sort()
    .map(name => join(root, 'data', `${topic}-0`, name))

describe.runIf(hasKafka)("Apache Kafka's dump-log", () => {
  let output = ''
  let complaints = ''

  beforeAll(() => {
    write()
    const files = [...filesOf('loaded'), ...filesOf('compacted')]
    const dumped = spawnSync(tool, ['dump-log', '--deep-iteration', '--files', files.join(',')], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    output = dumped.stdout
    // What starts the tool may leave codes for colours in front.
    complaints = stripVTControlCharacters(dumped.stderr)
    expect(dumped.status, complaints).toBe(0)
  }, 120_000)

  afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

  it('has something to look at: several segments, aborts, horizons, empty batches', () => {
    for (const topic of ['loaded', 'compacted']) {
      const names = filesOf(topic).map(path => path.slice(-12))
      for (const kind of ['.log', '.index', '.timeindex', '.txnindex', '.snapshot'])
        expect(names.filter(name => name.endsWith(kind)).length).toBeGreaterThan(0)
      expect(filesOf(topic).filter(path => path.endsWith('.log')).length).toBeGreaterThan(2)
    }
    expect(output).toMatch(/deleteHorizonMs: OptionalLong\[\d+\]/)
    expect(output).toMatch(/isTransactional: true/)
    for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) expect(output).toContain(`compresscodec: ${codec}`)
  })

  it('DISK-01..04: finds every batch valid and every record readable', () => {
    expect(output.match(/isvalid: true/g)!.length).toBeGreaterThan(300)
    expect(output).not.toMatch(/isvalid: false/i)
    expect(output).not.toMatch(/exception|corrupt|invalid (record|batch)/i)
  })

  it('DISK-10..16: finds no mismatch in the offset and time indexes', () => {
    expect(output.match(/^offset: \d+ position: \d+$/gm)!.length).toBeGreaterThan(20)
    expect(output.match(/^timestamp: \d+ offset: \d+$/gm)!.length).toBeGreaterThan(20)
    // Gaps are what compaction leaves; the tool lists them, and the first offset of every segment.
    const rest = complaints.split('\n').filter(line => !/^Non-consecutive offsets|^ +-?\d+ is followed by \d+$|^$/.test(line))
    expect(rest).toEqual([])
    expect(output).not.toMatch(/mismatch|out of order|not found|sanity check failed/i)
  })

  it.each(['--index-sanity-check', '--verify-index-only'])(
    'DISK-11, DISK-13, DISK-16: %s has nothing to say of any index',
    option => {
      const indexes = ['loaded', 'compacted']
        .flatMap(filesOf)
        .filter(path => /(index)$/.test(path) && !path.endsWith('.txnindex'))
      expect(indexes.length).toBeGreaterThan(6)
      const checked = spawnSync(tool, ['dump-log', option, '--files', indexes.join(',')], {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      })
      expect(checked.status, checked.stderr).toBe(0)
      expect(checked.stderr).toBe('')
      const said = checked.stdout.split('\n').filter(line => !/^Dumping |^\S+ (passed sanity check|is empty)\.$|^$/.test(line))
      expect(said).toEqual([])
      if (option === '--index-sanity-check')
        expect(checked.stdout.match(/passed sanity check|is empty/g)?.length).toBe(indexes.length)
    },
  )

  it('DISK-18, DISK-22: reads the transaction indexes and producer snapshots', () => {
    expect(output).toMatch(/producerId: 7\d firstOffset: \d+ lastOffset: \d+ lastStableOffset: \d+/)
    expect(output).toMatch(
      /producerId: 7\d producerEpoch: 0 coordinatorEpoch: 1 currentTxnFirstOffset: (None|OptionalLong.empty)/,
    )
  })
})
