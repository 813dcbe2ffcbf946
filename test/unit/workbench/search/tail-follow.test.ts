import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { KafkaClient } from '../../../../broker-core/client/kafka-client.ts'
import { contract } from '../../../../src-main/contract/contract.ts'
import { followLeaders } from '../../../../src-main/workbench/search/tail-follow.ts'
import { newTailState } from '../../../../src-main/workbench/search/tail.ts'
import { scriptedCluster, type ScriptedCluster } from '../../client/scripted-cluster.ts'
import { ScriptedLog } from '../../client/scripted-log.ts'
import { soon } from '../../client/soon.ts'

let cluster: ScriptedCluster
let client: KafkaClient
beforeEach(async () => {
  cluster = await scriptedCluster(1)
  cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1, others: [1] })
  client = cluster.client()
})
afterEach(() => client.close())

/** Follows both partitions from these offsets; `seen` is `partition/offset` of what came. */
function following(anchor: readonly number[]) {
  const state = newTailState([0, 1], anchor, 1_000)
  const stop = new AbortController()
  const order = contract['records.tail'].input.parse({ connection: 'c', topic: 't' })
  const done = followLeaders({ client, order, filter: undefined, partitions: [0, 1], state, signal: stop.signal })
  const seen: string[] = []
  onTestFinished(async () => {
    stop.abort()
    await done
  })
  const look = () => {
    seen.push(...state.take().shown.map(({ partition, record }) => `${partition}/${record.offset}`))
    return seen.toSorted()
  }
  return { state, look }
}

const logOf = (...values: readonly string[]): ScriptedLog => {
  const log = new ScriptedLog()
  for (const value of values) log.append([value])
  return log
}

describe('a live tail', () => {
  it('goes on at the new start when retention was faster than it', async () => {
    const cut = logOf('a', 'b', 'c', 'd')
    cut.startOffset = 2
    ScriptedLog.serveAll(cluster, [cut, logOf()])
    const { look } = following([1, 0])
    await soon(look).toEqual(['0/2', '0/3'])
  })

  it('goes on at the end of a log that was cut, and does not read all of it again', async () => {
    const cut = logOf('a', 'b')
    ScriptedLog.serveAll(cluster, [cut, logOf()])
    const { look, state } = following([7, 0])
    await soon(() => state.position(0)).toBe(2)
    cut.append(['new'])
    await soon(look).toEqual(['0/2'])
  })

  it('is not held up by a partition whose records are damaged', async () => {
    const damaged = logOf('a')
    // Its record count lies.
    damaged.batches[0]?.set([9], 60)
    const other = logOf('a')
    ScriptedLog.serveAll(cluster, [damaged, other])
    const { look, state } = following([0, 0])
    await soon(look).toEqual(['1/0'])
    expect(state.takeFailure()).toMatchObject({ kind: 'failure', message: expect.stringContaining('Damaged records') })
    for (const value of ['b', 'c', 'd']) {
      other.append([value])
      await soon(() => state.position(1)).toBe(other.endOffset)
    }
    expect(look()).toEqual(['1/0', '1/1', '1/2', '1/3'])
  })

  it('follows a topic that was made anew from its beginning', async () => {
    const [old, anew] = ['AAAAAAAAAAAAAAAAAAAAAg', 'AAAAAAAAAAAAAAAAAAAAAw']
    cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1, topicId: old, others: [1] })
    ScriptedLog.serveAll(cluster, [logOf('a', 'b'), logOf()])
    const { look } = following([1, 0])
    await soon(look).toEqual(['0/1'])
    ScriptedLog.serveAll(cluster, [logOf('x', 'y', 'z'), logOf('x')])
    cluster.topics.set('t', { leaderId: 1, leaderEpoch: 0, topicId: anew, others: [1] })
    await client.refresh(['t'])
    await soon(() => [...new Set(look())]).toEqual(['0/0', '0/1', '0/2', '1/0'])
  })
})
