import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KafkaClient } from '../../../../broker-core/client/kafka-client.ts'
import { fetch } from '../../../../broker-core/protocol/messages/01-fetch.ts'
import { kafkaSource } from '../../../../src-main/workbench/messages/kafka-source.ts'
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
