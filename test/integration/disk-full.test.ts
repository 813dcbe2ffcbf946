import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { errorName } from '../../broker-core/model/kafka-errors.ts'
import { describeLogDirs } from '../../broker-core/protocol/messages/35-describe-log-dirs.ts'
import {
  batchOf,
  conversation,
  createTopic,
  fetchFrom,
  leaderPort,
  produceTo,
  type Conversation,
  type TestTopic,
} from '../helpers/broker-conversation.ts'
import { startCluster, type InProcessCluster } from '../helpers/in-process-cluster.ts'
import { newDataFolder, removeDataFolder } from '../helpers/serve-process.ts'

const root = newDataFolder()
const small = join(root, 'small')
mkdirSync(small)
/** A real volume of a few megabytes: only root may have one. */
const isMounted =
  process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', small]).status === 0
if (!isMounted) process.stdout.write('disk-full: no small volume can be mounted here; a full disk is only simulated\n')

describe.runIf(isMounted)('a disk that is really full', () => {
  let cluster: InProcessCluster
  let talk: Conversation
  afterEach(async () => {
    talk.close()
    await cluster.close()
  })
  afterAll(() => {
    spawnSync('umount', ['-l', small])
    removeDataFolder(root)
  })

  it('DISK-38: refuses with KAFKA_STORAGE_ERROR and one line, keeps what it acknowledged, and serves it again when there is room', async () => {
    const filler = join(small, 'filler')
    writeFileSync(filler, new Uint8Array(4 * 1024 * 1024))
    cluster = await startCluster({ brokers: 1, properties: { 'log.dirs': `${join(root, 'large')},${join(small, 'data')}` } })
    talk = conversation()
    const port = cluster.bootstrap[0]?.port ?? 0
    const topics: TestTopic[] = []
    for (const name of ['one', 'two']) topics.push(await createTopic(talk, port, { name, replicationFactor: 1 }))
    const full = topics.find(topic => existsSync(join(small, 'data', `${topic.name}-0`)))
    const well = topics.find(topic => topic !== full)
    if (full === undefined || well === undefined) throw new Error('each directory has one of the topics')
    const value = 'x'.repeat(200_000)
    const produce = (topic: TestTopic, text: string) =>
      produceTo(talk, leaderPort(topic), topic, batchOf([`${text} ${value}`]), { timeoutMs: 5_000 })
    const acked: string[] = []
    let refusal = 'NONE'
    for (let i = 0; refusal === 'NONE' && i < 100; i++) {
      refusal = (await produce(full, `${i}`)).error
      if (refusal === 'NONE') acked.push(`${i}`)
    }
    expect(refusal).toBe('KAFKA_STORAGE_ERROR')
    expect(acked.length).toBeGreaterThan(5)
    expect((await produce(well, 'goes on')).error).toBe('NONE')
    const lines = cluster.complaints.filter(line => line.includes('log-directory'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/log-directory\.offline.*small\/data.*no-space.*-0\/0{20}\.log/)
    const described = await talk.call(port, describeLogDirs, { topics: null })
    expect(described.results.map(result => errorName(result.errorCode))).toEqual(['NONE', 'KAFKA_STORAGE_ERROR'])

    rmSync(filler)
    await cluster.stop(1)
    await (await cluster.start(1)).ready
    const found: string[] = []
    for (let offset = 0; offset < acked.length; ) {
      const { values } = await fetchFrom(talk, port, full, offset)
      found.push(...values.map(text => text.split(' ')[0] ?? ''))
      offset += values.length
    }
    expect(found.slice(0, acked.length), 'nothing acknowledged is lost').toEqual(acked)
    expect((await produce(full, 'after')).error).toBe('NONE')
    expect((await fetchFrom(talk, port, well, 0)).values[0]).toMatch(/^goes on/)
  })
})
