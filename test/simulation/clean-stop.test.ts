import { describe, expect, it } from 'vitest'
import { createTopics } from '../../broker-core/client/admin/topics.ts'
import { noDisk } from '../compliance/no-disk.ts'
import { createHistory } from './history.ts'
import { type ClientContext, produceLoop, simClient } from './sim-clients.ts'
import { createSimCluster } from './sim-cluster.ts'
import { createSimWorld } from './sim-env.ts'

const topic = 'life'
/** Of a producer that asks again as soon as it is refused; others add their own retry back-off (librdkafka: 100 ms). */
const pauseMsMax = 50

/** REPL-19: what a producer notices of a controlled shutdown, in simulated time: the broker's own part of the pause. */
describe('a clean stop of a leader', () => {
  it.each([1, 2, 3, 4])('REPL-19 pauses acks=all for less than 50 ms, and no send fails: seed %i', async seed => {
    const world = createSimWorld(seed, { delayMsMin: 0.05, delayMsMax: 0.5 })
    const cluster = createSimCluster(world)
    const { env } = world.start({ name: 'clients', disk: noDisk })
    const acknowledgedAtMs: number[] = []
    const history = createHistory(world.time)
    const watched = { ...history, acknowledged: () => acknowledgedAtMs.push(world.time.nowMs()) }
    const context = { env, history: watched, topic, random: world.random.fork('clients'), isOver: () => false }
    for (const id of cluster.ids) cluster.start(id)
    await world.time.run(60_000, () => cluster.ids.every(id => cluster.running(id)?.isReady === true))
    const leader = await startProducer(context, cluster.bootstrap, limit =>
      world.time.run(limit, () => acknowledgedAtMs.length > 100),
    )
    const stoppedAtMs = world.time.nowMs()
    let isGone = false
    void cluster.stop(leader).then(() => (isGone = true))
    await world.time.run(3_000)
    expect(isGone).toBe(true)
    expect(history.violations).toEqual([])
    const after = acknowledgedAtMs.filter(atMs => atMs >= stoppedAtMs)
    expect(after.length).toBeGreaterThan(100)
    const pauses = after.map((atMs, index) => atMs - (after[index - 1] ?? stoppedAtMs))
    expect(Math.max(...pauses)).toBeLessThan(pauseMsMax)
  })
})

/** Returns the leader of the topic, to which it has written for a while. */
async function startProducer(
  context: ClientContext,
  bootstrap: string,
  run: (limitMs: number) => Promise<boolean>,
): Promise<number> {
  let leader = -1
  const work = async (): Promise<void> => {
    const client = await simClient(bootstrap, 'life', context)
    await createTopics(client, [{ name: topic, partitions: 1, replicationFactor: 3 }])
    leader = (await client.topic(topic, { timeoutMs: 1_000 })).partitions[0]?.leaderId ?? -1
    await produceLoop(client, context, 0, 'p', { pauseMs: 2, retryMs: 2 })
  }
  void work()
  expect(await run(30_000)).toBe(true)
  return leader
}
