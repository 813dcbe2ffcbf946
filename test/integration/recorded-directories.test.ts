import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient } from '../../broker-core/client/connect-cluster.ts'
import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { startBroker } from '../../broker-core/cluster/broker.ts'
import { lockFile } from '../../broker-core/env/node/disk-lock.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { directoryEndpoint } from '../../src-main/log-directory/directory-answers.ts'
import { directoryNetwork } from '../../src-main/log-directory/directory-network.ts'
import { freePorts } from '../helpers/free-ports.ts'
import {
  currentState,
  observe,
  observeAt,
  unpackRecording,
  type Observed,
  type RecordedBy,
  type Recording,
} from '../helpers/recorded-directories.ts'

const env = nodeEnv({ log: { write: () => undefined } })
let recording: Recording | undefined
afterEach(() => recording?.remove())
const unpack = (by: RecordedBy): Recording => (recording = unpackRecording(by))

const cases = (['kafka', 'brokerbench'] as const).flatMap(by => (['clean', 'killed'] as const).map(how => ({ by, how })))

/** Names, times and bytes of everything below. */
function fingerprint(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
    .map(path => {
      const stat = statSync(path)
      const content = stat.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'directory'
      return `${path} ${stat.mtimeMs} ${content}`
    })
}

/** As `brokerbench open DIR` reads it. */
async function observeDirectory(path: string): Promise<Observed> {
  const network = directoryNetwork(path, env)
  const bootstrap = `${directoryEndpoint.host}:${directoryEndpoint.port}`
  const client = createClient({ bootstrap, clientId: 'observer' }, { ...env, network })
  try {
    return await observe(client)
  } finally {
    await client.close()
  }
}

describe('a directory that was written elsewhere, opened without a broker', () => {
  it.each(cases)('$by, $how: the same records, offsets by time and aborted ranges, and no byte changes', async ({ by, how }) => {
    const { [how]: path, observed } = unpack(by)
    const before = fingerprint(path)
    expect(await observeDirectory(path)).toEqual(observed)
    expect(fingerprint(path)).toEqual(before)
  })

  it('is read beside a broker that runs on it: its lock is neither asked for nor taken', async () => {
    const { killed, observed } = unpack('brokerbench')
    const lock = lockFile(join(killed, '.lock'))
    expect(lock).toBeDefined()
    expect(await observeDirectory(killed)).toEqual(observed)
    expect(lockFile(join(killed, '.lock')), 'it is still held').toBeUndefined()
    lock?.release()
  })

  it('says which batch is damaged instead of showing what it holds, and shows the other partitions', async () => {
    const { clean, observed } = unpack('kafka')
    const path = join(clean, 'orders-0', `${'0'.repeat(20)}.log`)
    const bytes = readFileSync(path)
    bytes[200]! ^= 1
    writeFileSync(path, bytes)
    await expect(observeDirectory(clean)).rejects.toThrow(/orders-0.*(CRC|damaged|corrupt)|(CRC|damaged|corrupt).*orders-0/i)
    writeFileSync(path, bytes.fill(0))
    truncateSync(path, 0)
    const rest = await observeDirectory(clean)
    expect(rest['orders-1']).toEqual(observed['orders-1'])
  })
})

describe('our broker on a directory that was written elsewhere', () => {
  it.each(cases)('DISK-30, DISK-31, DISK-32: $by, $how: it serves what was there', async ({ by, how }) => {
    const { [how]: path, observed } = unpack(by)
    const [port = 0, controllerPort = 0] = await freePorts(2)
    const properties = new Map([
      ['node.id', '1'],
      ['listeners', `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`],
      ['controller.quorum.voters', `1@127.0.0.1:${controllerPort}`],
      ['log.dirs', path],
      // What is recorded as alive has to be given up first.
      ['broker.session.timeout.ms', '1000'],
    ])
    const broker = await startBroker(
      brokerConfig(properties, () => undefined),
      env,
    )
    try {
      await broker.ready
      // Compaction may go on at once, and the newest of each key is what it must keep.
      expect(currentState(await observeAt(`127.0.0.1:${port}`))).toEqual(currentState(observed))
    } finally {
      await broker.stop()
    }
  })
})
