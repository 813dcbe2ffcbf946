import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type InProcessCluster, startCluster } from '../helpers/in-process-cluster.ts'
import { openWorkbenchOn, type WorkbenchInProcess } from '../helpers/workbench-in-process.ts'
import { walkSampleShop, walkSearchAndGroups, walkTopicsAndRecords } from '../helpers/workbench-walk.ts'

describe('the workbench on our own brokers', () => {
  let cluster: InProcessCluster
  let bootstrap = ''
  let workbench: WorkbenchInProcess
  beforeAll(async () => {
    cluster = await startCluster({ brokers: 3 })
    for (const nodeId of [1, 2, 3]) await cluster.broker(nodeId)?.ready
    bootstrap = cluster.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
    workbench = openWorkbenchOn(bootstrap)
  })
  afterAll(async () => {
    await workbench?.close()
    await cluster?.close()
  })

  it('shows three brokers and their quorum', async () => {
    const overview = await workbench.call('cluster.overview', { connection: workbench.connection })
    expect(overview.brokers.map(broker => broker.up)).toEqual([true, true, true])
    expect(overview.quorum?.voters).toHaveLength(3)
    expect(overview.missing).toEqual([])
  })

  it('META-11: names the levels of features that are finalized, and those that its brokers support', async () => {
    const { features, missing } = await workbench.call('cluster.features', { connection: workbench.connection })
    expect(missing).toEqual([])
    const [oldest, newest] = [
      { level: 17, name: '3.7-IV2' },
      { level: 30, name: '4.3-IV0' },
    ]
    expect(features[0]).toEqual({
      ...{ name: 'metadata.version', finalized: newest, supported: { min: oldest, max: newest }, isMixed: false },
    })
    expect(features.map(({ name }) => name)).toContain('transaction.version')
  })

  it('pages, seeks by time, opens and produces records', async () => {
    await walkTopicsAndRecords(workbench, bootstrap)
  })

  it('scans, exports, imports; resets a group and undoes it', async () => {
    await walkSearchAndGroups(workbench, bootstrap)
  })

  it('runs the sample shop and shows its lag', async () => {
    await walkSampleShop(workbench)
  })

  it('moves replicas by plan and elects preferred leaders', async () => {
    const { call, connection } = workbench
    const topic = 'to-move'
    await call('connections.update', { connection, readOnly: false })
    await call('topics.create', { connection, topic, partitions: 2, assignment: [[1], [1]] })
    const plan = await call('topics.planReassignment', { connection, topics: [topic], replicationFactor: 2 })
    expect(plan.moves.every(move => new Set(move.to).size === 2)).toBe(true)
    await call('topics.reassign', {
      connection,
      moves: plan.moves.map(({ topic: name, partition, to }) => ({ topic: name, partition, replicas: [...to] })),
    })
    const abort = new AbortController()
    for await (const under of workbench.stream('topics.reassignments', { connection }, abort.signal))
      if (under.length === 0) abort.abort()
    const detail = await call('topics.detail', { connection, topic })
    expect(detail.partitions.map(it => [...it.replicas])).toEqual(plan.moves.map(move => [...move.to]))
    const outcomes = await call('topics.electLeaders', { connection, topics: [topic] })
    expect(outcomes.filter(outcome => outcome.error !== null)).toEqual([])
  })
})
