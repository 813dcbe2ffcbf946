import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { faultyDisk } from '../../broker-core/env/faulty/disk.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { encodeBatch } from '../../broker-core/records/batch-writer.ts'
import { recordsOf } from '../../broker-core/records/record-reader.ts'
import { batchesIn } from '../../broker-core/records/batch-iterator.ts'
import type { Log } from '../../broker-core/storage/log.ts'
import { openLogDirectory } from '../../broker-core/storage/log-directory.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const keys = 24_000
const mapBytesMax = 24 * 8_000
const config = {
  'cleanup.policy': 'compact',
  'segment.bytes': '4194304',
  'min.cleanable.dirty.ratio': '0.01',
  'file.delete.delay.ms': '0',
}

it('CLEAN-08: compacting many times more keys than the map holds takes the map and a few blocks, whatever the log weighs', () => {
  const path = mkdtempSync(join(tmpdir(), 'brokerbench-compaction-'))
  let reads = 0
  let isMeasured = false
  let peakBytes = 0
  const held = () => {
    // Memory of buffers is given back beside the program after a collection; the next collection waits for that.
    collectGarbage()
    collectGarbage()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const plain = nodeEnv({ log: { write: () => undefined } })
  const sampled = () => {
    reads++
    if (isMeasured && reads % 16 === 0) peakBytes = Math.max(peakBytes, held())
    return undefined
  }
  const env = { ...plain, disk: faultyDisk(plain.disk, { refuse: operation => (operation === 'read' ? sampled() : undefined) }) }
  const options = { path, clusterId: 'c', nodeId: 1, configOf: () => config, cleanerMapBytesMax: mapBytesMax, tailBytesMax: 1 }
  const directory = openLogDirectory(options, env)
  try {
    const log = directory.createLog({ topic: 't', partition: 0, topicId: 'abcdefghijklmnopqrstuA', config })
    const text = (value: string) => new TextEncoder().encode(value)
    for (let round = 0, key = 0; round < 2; round++) {
      for (; key < keys * (round + 1); key += 500) {
        const records = Array.from({ length: 500 }, (_, i) => ({
          timestampMs: Date.now(),
          key: text(`key ${(key + i) % keys}`),
          value: text(`${round} `.padEnd(1_000, '.')),
        }))
        log.appendAsLeader(encodeBatch({ records }, env), { leaderEpoch: 0, origin: 'client' })
      }
    }
    ;(log as Log).roll()
    log.advanceHighWatermark(log.logEndOffset)
    const bytesBefore = log.sizeBytes
    const before = held()
    isMeasured = true
    directory.runCompaction()
    isMeasured = false
    expect(bytesBefore).toBeGreaterThan(45_000_000)
    expect(log.sizeBytes).toBeLessThan(bytesBefore * 0.6)
    // A block to read, one to write, the batch in hand and its records: not the log, and not a map of all keys.
    expect(peakBytes - before).toBeLessThan(mapBytesMax + 24 * 1024 * 1024)
    let newest = 0
    for (let next = 0; next < log.logEndOffset; ) {
      const read = log.read({ fromOffset: next, belowOffset: log.logEndOffset, maxBytes: 1 << 20, atLeastOneBatch: true })
      if (read.chunks.length === 0) break
      for (const batch of read.chunks.flatMap(chunk => [...batchesIn(chunk)]))
        for (const record of recordsOf(batch, env.compression))
          if (new TextDecoder().decode(record.value ?? new Uint8Array(0)).startsWith('1 ')) newest++
      next = read.nextOffset
    }
    expect(newest).toBe(keys)
  } finally {
    directory.abandon()
    rmSync(path, { recursive: true, force: true })
  }
}, 120_000)
