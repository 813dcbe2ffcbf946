import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KafkaClient } from '../../../../broker-core/client/kafka-client.ts'
import { fetch } from '../../../../broker-core/protocol/messages/01-fetch.ts'
import { backwardLane, forwardLane, type Lane } from '../../../../src-main/workbench/messages/lane.ts'
import { kafkaSource } from '../../../../src-main/workbench/messages/kafka-source.ts'
import type { ReadLimits } from '../../../../src-main/workbench/messages/partition-source.ts'
import { scriptedCluster, type ScriptedCluster } from '../../client/scripted-cluster.ts'
import { ScriptedLog } from '../../client/scripted-log.ts'

let cluster: ScriptedCluster
let client: KafkaClient
let log: ScriptedLog
beforeEach(async () => {
  cluster = await scriptedCluster(1)
  cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1 })
  client = cluster.client()
  log = new ScriptedLog()
  log.append(['0', '1', '2'])
  log.append(['3', '4'])
  log.serve(cluster)
})
afterEach(() => client.close())

const limits = { bytesMax: 100_000, signal: new AbortController().signal }
const offsetsOf = ({ records }: { readonly records: readonly { readonly offset: number }[] }) => records.map(it => it.offset)

describe('a broker that throttles, and therefore sends nothing of any partition (QUO-04)', () => {
  beforeEach(() => {
    const answer = log.fetchAnswer()
    cluster.answer(fetch, (body, { count }) => (count === 1 ? { ...fetch.response.zero, throttleTimeMs: 20 } : answer(body)))
  })

  it('is asked again when a page of records is read', async () => {
    expect(offsetsOf(await kafkaSource(client, 't', 'read-uncommitted').read(0, 1, limits))).toEqual([1, 2, 3, 4])
  })
})

describe('offsets that are gone since the reading was opened', () => {
  const bounds = { startOffset: 0, endOffset: 5 }
  const laneOptions = () => ({
    partition: 0,
    source: kafkaSource(client, 't', 'read-uncommitted'),
    bounds,
    wanted: () => true,
  })
  const all = async (lane: Lane, read: ReadLimits = limits) => {
    const offsets: number[] = []
    for (;;) {
      await lane.fill(read)
      if (lane.head() === undefined) {
        if (lane.isUsedUp()) return offsets
        continue
      }
      offsets.push(lane.take().offset)
    }
  }

  it('are passed over on the way to later ones', async () => {
    log.startOffset = 3
    expect(await all(forwardLane(laneOptions(), 1))).toEqual([3, 4])
  })

  it('end the way to earlier ones, after those that are left', async () => {
    log.startOffset = 3
    const lane = backwardLane(laneOptions(), 5, 10)
    expect(await all(lane)).toEqual([4, 3])
    expect(lane.bounds).toMatchObject({ startOffset: 3, endOffset: 5 })
  })

  it('are all of them when the log was emptied, which is no failure', async () => {
    log.startOffset = 5
    expect(await all(forwardLane(laneOptions(), 1))).toEqual([])
    expect(await all(backwardLane(laneOptions(), 4, 10))).toEqual([])
  })

  it('lie behind the end when the log was cut there', async () => {
    const result = await kafkaSource(client, 't', 'read-committed').read(0, 9, limits)
    expect(result).toEqual({ records: [], nextOffset: 9, startOffset: 0, endOffset: 5, bytes: 0 })
  })
})

it('a topic that was made anew is not read on by who read the one before it', async () => {
  const [old, anew] = ['AAAAAAAAAAAAAAAAAAAAAg', 'AAAAAAAAAAAAAAAAAAAAAw']
  cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1, topicId: old })
  log.serve(cluster, old)
  const source = kafkaSource(client, 't', 'read-uncommitted')
  expect(offsetsOf(await source.read(0, 0, { ...limits, bytesMax: 1 }))).toEqual([0, 1, 2])
  cluster.topics.set('t', { leaderId: 1, leaderEpoch: 0, topicId: anew })
  log.serve(cluster, anew)
  await expect(source.read(0, 3, limits)).rejects.toMatchObject({
    failure: { code: 'NOT_FOUND', message: expect.stringContaining('created anew') },
  })
  expect(offsetsOf(await kafkaSource(client, 't', 'read-uncommitted').read(0, 3, limits))).toEqual([3, 4])
})
