import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { encodeBatch } from '../../broker-core/records/batch-writer.ts'
import { openLogDirectory } from '../../broker-core/storage/log-directory.ts'

/** A process of its own that appends until it is killed, and says after each append how far it is: `<partition> <log end> <bytes>`. */
const path = process.argv[2]!
const env = nodeEnv({ log: { write: () => undefined } })
const config = {
  'segment.bytes': '300000',
  'index.interval.bytes': '500',
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0.01',
}
const directory = openLogDirectory({ path, clusterId: 'kill', nodeId: 1, configOf: () => config }, env)
directory.startMaintenance({
  cleanerBackoffMs: 5,
  highWatermarkCheckpointMs: 20,
  recoveryPointCheckpointMs: 30,
  retentionCheckMs: 20,
})
const logs = [0, 1, 2].map(partition =>
  directory.createLog({ topic: 'kill', partition, topicId: 'abcdefghijklmnopqrstuA', config }),
)
const value = new Uint8Array(700)

function appendSome(): void {
  for (const log of logs) {
    const first = log.logEndOffset
    const records = Array.from({ length: 5 }, (_, i) => ({
      timestampMs: Date.now(),
      key: new TextEncoder().encode(`key ${(first + i) % 40}`),
      value: Uint8Array.from([...new TextEncoder().encode(`${first + i} `), ...value]),
    }))
    const compression = (['none', 'lz4', 'zstd'] as const)[log.partition]!
    const result = log.appendAsLeader(encodeBatch({ records, compression }, env), { leaderEpoch: 1, origin: 'client' })
    if (!result.ok) throw new Error(result.rejection.message)
    log.advanceHighWatermark(log.logEndOffset)
    process.stdout.write(`${log.partition} ${log.logEndOffset} ${log.sizeBytes}\n`)
  }
  setImmediate(appendSome)
}
appendSome()
