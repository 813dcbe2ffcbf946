import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { startBroker } from '../../broker-core/cluster/broker.ts'
import { createClient } from '../../broker-core/client/connect-cluster.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { startApacheKafka } from '../helpers/apache-kafka.ts'
import { freePortRun } from '../helpers/free-ports.ts'
import { observe, recordingFolder, type RecordedBy } from '../helpers/recorded-directories.ts'
import { writeRecording } from './written-records.ts'

const controllerOffset = 100

/** Small logs, and a cleaner that does not wait. */
const settings = {
  'offsets.topic.num.partitions': '1',
  'transaction.state.log.num.partitions': '1',
  'log.cleaner.backoff.ms': '200',
  'log.segment.delete.delay.ms': '100',
  'log.index.size.max.bytes': '1024',
}

const starts: Readonly<Record<RecordedBy, (folder: string, port: number) => Promise<{ stop(): Promise<void> }>>> = {
  async kafka(folder, port) {
    const overrides = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
    const kafka = await startApacheKafka(1, { folder, port, overrides })
    return { stop: async () => kafka.close() }
  },
  async brokerbench(folder, port) {
    const properties = {
      ...settings,
      'node.id': '1',
      'process.roles': 'broker,controller',
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${port + controllerOffset}`,
      'controller.listener.names': 'CONTROLLER',
      'controller.quorum.voters': `1@127.0.0.1:${port + controllerOffset}`,
      'log.dirs': join(folder, 'node-1', 'data'),
      'offsets.topic.replication.factor': '1',
      'transaction.state.log.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
    }
    const broker = await startBroker(
      brokerConfig(new Map(Object.entries(properties)), () => undefined),
      nodeEnv(),
    )
    await broker.ready
    return broker
  },
}

async function record(by: RecordedBy, target: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-recording-'))
  const data = join(folder, 'node-1', 'data')
  const packed = join(folder, 'packed')
  mkdirSync(packed)
  try {
    const port = await freePortRun(controllerOffset + 1)
    const broker = await starts[by](folder, port)
    const client = createClient({ bootstrap: `127.0.0.1:${port}`, clientId: 'recording' }, nodeEnv())
    await writeRecording(client, () => countCleaned(data))
    const observed = await observe(client)
    // The page cache as a killed process leaves it.
    cpSync(data, join(packed, 'killed'), { recursive: true })
    await client.close()
    await broker.stop()
    cpSync(data, join(packed, 'clean'), { recursive: true })
    for (const name of ['killed', 'clean']) rmSync(join(packed, name, '.lock'), { force: true })
    mkdirSync(target, { recursive: true })
    writeFileSync(join(target, `${by}.json`), `${JSON.stringify(observed, undefined, 2)}\n`)
    execFileSync('tar', ['-czf', join(target, `${by}.tar.gz`), '-C', packed, 'clean', 'killed'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** How often the compacted partition was rewritten shows in the cleaner's checkpoint. */
function countCleaned(data: string): number {
  const checkpoint = readdirSync(data).includes('cleaner-offset-checkpoint')
  if (!checkpoint) return 0
  const text = execFileSync('cat', [join(data, 'cleaner-offset-checkpoint')], { encoding: 'utf8' })
  return Number(/^profiles 0 (\d+)$/m.exec(text)?.[1] ?? 0)
}

const [by = ''] = process.argv.slice(2)
if (by !== 'kafka' && by !== 'brokerbench') throw new Error('say who records: kafka or brokerbench')
await record(by, recordingFolder)
process.exit(0)
