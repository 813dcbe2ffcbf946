import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KafkaClient } from '../../../../broker-core/client/kafka-client.ts'
import { fetch } from '../../../../broker-core/protocol/messages/01-fetch.ts'
import { metadata } from '../../../../broker-core/protocol/messages/03-metadata.ts'
import { readBatches } from '../../../../src-main/workbench/messages/batch-records.ts'
import { readRanges } from '../../../../src-main/workbench/search/range-reader.ts'
import { scriptedCluster, type ScriptedCluster } from '../../client/scripted-cluster.ts'
import { ScriptedLog } from '../../client/scripted-log.ts'
import { soon } from '../../client/soon.ts'

let cluster: ScriptedCluster
let client: KafkaClient
let logs: ScriptedLog[]
beforeEach(async () => {
  cluster = await scriptedCluster(1)
  cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1, others: [1] })
  client = cluster.client()
  logs = [new ScriptedLog(), new ScriptedLog()]
  for (const log of logs) for (let batch = 0; batch < 3; batch++) log.append(['a', 'b'])
  ScriptedLog.serveAll(cluster, logs)
})
afterEach(() => client.close())

/** What is read of both partitions, as `partition/offset`. */
function reading(more: Partial<Pick<Parameters<typeof readRanges>[0], 'known' | 'patienceMs'>> = {}) {
  const read: string[] = []
  const range = (partition: number) => ({ partition, from: 0, to: 6, next: 0, done: 0 })
  const ranges = [range(0), range(1)]
  const done = readRanges({
    client,
    topic: 't',
    isolation: 'read-uncommitted',
    ranges,
    known: { id: undefined },
    signal: new AbortController().signal,
    onChunk(chunk) {
      const { records } = readBatches(chunk.records, { ...chunk, compression: client.env.compression })
      read.push(...records.map(({ offset }) => `${chunk.partition}/${offset}`))
      return true
    },
    ...more,
  })
  return { read, ranges, done }
}

const allOf = (partition: number, from = 0) => [0, 1, 2, 3, 4, 5].filter(it => it >= from).map(it => `${partition}/${it}`)

describe('reading ranges of offsets', () => {
  it('waits for a partition that has no leader, without holding up its thread or asking without a pause', async () => {
    cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1, others: [-1] })
    const { read, done } = reading()
    await soon(() => read).toEqual(allOf(0))
    const asked = cluster.count(metadata)
    await soon(() => cluster.count(metadata)).toBeGreaterThan(asked)
    cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1, others: [1] })
    await done
    expect(read).toEqual([...allOf(0), ...allOf(1)])
  })

  it('says that there was no leader when it has waited long enough', async () => {
    cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1, others: [-1] })
    await expect(reading({ patienceMs: 50 }).done).rejects.toMatchObject({
      code: 'LEADER_NOT_AVAILABLE',
      place: { partition: 1 },
    })
  })

  it('goes on at the new start when retention was faster, which brokers do not tell with the error', async () => {
    Object.assign(logs[0] as ScriptedLog, { startOffset: 4 })
    const { read, ranges, done } = reading()
    await done
    expect(read.toSorted()).toEqual([...allOf(0, 4), ...allOf(1)])
    expect(ranges.map(it => it.done)).toEqual([6, 6])
    expect(cluster.count(fetch)).toBeLessThan(5)
  })

  it('ends where the log was cut', async () => {
    const cut = new ScriptedLog()
    cut.append(['a', 'b'])
    ScriptedLog.serveAll(cluster, [cut, logs[1] as ScriptedLog])
    const { read, done } = reading()
    await done
    expect(read.toSorted()).toEqual(['0/0', '0/1', ...allOf(1)])
  })

  it('does not wait for ever for records that the end of the partition promises and nobody has', async () => {
    const { batches } = logs[1] as ScriptedLog
    batches.length = 1
    const { read, done } = reading({ patienceMs: 300 })
    await expect(done).rejects.toMatchObject({ code: 'TIMED_OUT' })
    expect(read.toSorted()).toEqual([...allOf(0), '1/0', '1/1'])
  })

  it('does not go on in a topic that was made anew', async () => {
    const [old, anew] = ['AAAAAAAAAAAAAAAAAAAAAg', 'AAAAAAAAAAAAAAAAAAAAAw']
    cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1, topicId: old, others: [-1] })
    const { read, done } = reading({ known: { id: old } })
    await soon(() => read).toEqual(allOf(0))
    cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1, topicId: anew, others: [1] })
    await expect(done).rejects.toMatchObject({ failure: { code: 'NOT_FOUND', message: expect.stringContaining('created anew') } })
    expect(read).toEqual(allOf(0))
  })
})
