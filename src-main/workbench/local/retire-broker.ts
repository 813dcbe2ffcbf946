import { describeCluster, unregisterBroker } from '../../../broker-core/client/admin/cluster.ts'
import { alterReassignments, listReassignments } from '../../../broker-core/client/admin/reassignments.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ClusterHost } from '../../cluster-host/cluster-host.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import { FailureError } from '../../contract/failure.ts'
import type { RetireProgress } from '../../contract/views/cluster.ts'
import { localConnection } from '../connections.ts'
import { brokerRefusal, refused } from '../failures.ts'
import { pause, sizesOf } from '../topics/reassignments.ts'
import type { Sizes } from '../topics/reassignments.ts'
import type { ReplicationThrottles } from '../topics/replication-throttles.ts'
import type { PartitionInMotion } from '../topics/throttled-replicas.ts'
import { drainPlan } from './drain-plan.ts'
import { allPartitions, nameOf, namesOf, untilFenced } from './partitions-at.ts'

const lookEveryMs = 500
const stopWithinMs = 10_000
/** Topics may be created on it while it is drained: then what came is moved too. */
const roundsMax = 5
const cancelWithinMs = 20_000

export interface RetireSources {
  readonly host: ClusterHost
  readonly client: KafkaClient
  readonly throttles: ReplicationThrottles
  readonly told: (progress: RetireProgress) => void
}

type Order = ParsedOf<'local.retireBroker'>

/**
 * Drains a broker, stops it, has it unregistered and forgets it. Everything that speaks against it is said before anything is changed.
 * While replicas move the signal takes the moves back; after that it is heeded no more.
 */
export async function retireBroker(sources: RetireSources, order: Order, signal: AbortSignal): Promise<void> {
  const { client, host } = sources
  const { brokerId } = order
  const broker = host.broker(brokerId)
  if (broker.view.isVoter)
    throw refused(
      `broker ${brokerId} is a voter of the metadata quorum, and voters stay for good`,
      'Only brokers that were added later can be retired. A voter can be stopped, or emptied.',
    )
  let last: RetireProgress = { brokerId, phase: 'planning', doneBytes: null, totalBytes: null, partitionsLeft: 0 }
  const told = (progress: RetireProgress) => sources.told((last = progress))
  const at = (phase: RetireProgress['phase']) => told({ ...last, phase })
  const wasRunning = broker.view.state === 'running'
  const { signal: onwards } = new AbortController()
  for (let round = 1; ; round += 1) {
    at('planning')
    await drain({ ...sources, told }, order, signal)
    if (signal.aborted) throw cancelled(brokerId)
    at('stopping')
    await broker.stop(stopWithinMs)
    await untilFenced(client, brokerId, onwards)
    const left = (await allPartitions(client, onwards)).filter(it => it.replicas.includes(brokerId))
    if (left.length === 0) break
    if (wasRunning) await broker.start()
    if (round === roundsMax) throw refused(`${namesOf(left)} was placed on broker ${brokerId} meanwhile`, 'Try again.')
  }
  at('unregistering')
  const outcome = await unregisterBroker(client, brokerId)
  if (outcome.error !== 'NONE' && outcome.error !== 'BROKER_ID_NOT_REGISTERED')
    throw brokerRefusal(outcome.error, outcome.message)
  await host.members.forget(brokerId)
  at('done')
}

const cancelled = (brokerId: number) =>
  new FailureError({ code: 'CANCELLED', message: `retiring broker ${brokerId} was cancelled` })

/** Returns when nothing is left on it. */
async function drain(sources: RetireSources, order: Order, signal: AbortSignal): Promise<void> {
  const { client, throttles } = sources
  const plan = await planOf(client, order.brokerId, signal)
  if (plan.length === 0) return
  let isDone = false
  try {
    const sizes = await sizesOf(client, topicsOf(plan), signal)
    const { throttleBytesPerSecond } = order
    if (throttleBytesPerSecond !== null) await throttles.set(localConnection, plan, throttleBytesPerSecond, signal)
    await start(client, plan, signal)
    await watch(sources, order.brokerId, plan, sizes, signal)
    isDone = true
  } finally {
    if (!isDone) await takeBack(client, plan)
    await throttles.settle(localConnection).catch(() => undefined)
  }
}

const topicsOf = (plan: readonly PartitionInMotion[]): string[] => [...new Set(plan.map(move => move.topic))]

/** Throws what speaks against it. */
async function planOf(client: KafkaClient, brokerId: number, signal: AbortSignal): Promise<readonly PartitionInMotion[]> {
  const [partitions, cluster, under] = await Promise.all([
    allPartitions(client, signal),
    describeCluster(client, { signal }),
    listReassignments(client, { signal }),
  ])
  if (under.length > 0)
    throw refused(`${namesOf(under)} is being reassigned`, 'Wait until that is done, or cancel it, and try again.')
  const unled = partitions.filter(it => it.replicas.includes(brokerId) && it.leaderId < 0)
  if (unled.length > 0)
    throw refused(`${namesOf(unled)} has no leader to copy from`, 'Start the brokers that have it in sync first.')
  const others = cluster.brokers.filter(it => it.nodeId !== brokerId && !it.isFenced)
  try {
    return drainPlan(
      partitions,
      others.map(({ nodeId, rack }) => ({ brokerId: nodeId, rack })),
      brokerId,
    )
  } catch (error) {
    if (error instanceof RangeError)
      throw refused(error.message, 'Start or add a broker first, or give the topic fewer replicas.')
    throw error
  }
}

async function start(client: KafkaClient, plan: readonly PartitionInMotion[], signal: AbortSignal): Promise<void> {
  const changes = plan.map(({ topic, partition, to }) => ({ topic, partition, replicas: to }))
  const outcomes = await alterReassignments(client, changes, { signal })
  const failed = outcomes.find(it => it.error !== 'NONE')
  if (failed !== undefined) throw brokerRefusal(failed.error, failed.message, { topic: failed.topic })
}

async function watch(
  { client, told }: RetireSources,
  brokerId: number,
  plan: readonly PartitionInMotion[],
  sizes: Sizes,
  signal: AbortSignal,
): Promise<void> {
  const before = plan.map(move => ({ move, bytes: largest(move, sizes) }))
  const totalBytes = sum(before.map(it => it.bytes))
  for (;;) {
    if (signal.aborted) throw cancelled(brokerId)
    const under = new Set((await listReassignments(client, { signal })).map(nameOf))
    const left = before.filter(({ move }) => under.has(nameOf(move)))
    const now = left.length === 0 ? sizes : await sizesOf(client, topicsOf(left.map(it => it.move)), signal)
    const missing = sum(left.map(({ move, bytes }) => missingBytes(move, bytes, now)))
    const doneBytes = totalBytes === null || missing === null ? null : totalBytes - missing
    told({ brokerId, phase: 'moving', doneBytes, totalBytes, partitionsLeft: left.length })
    if (left.length === 0) return
    await pause(lookEveryMs, signal)
  }
}

/** What a new replica has to copy: followers may be behind, so the largest there is. */
function largest({ topic, partition, from }: PartitionInMotion, sizes: Sizes): number | null {
  const known = from.map(id => sizes(topic, partition, id)).filter(bytes => bytes !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** A replica that is not there yet has nothing. */
function missingBytes({ topic, partition, from, to }: PartitionInMotion, bytes: number | null, now: Sizes): number | null {
  if (bytes === null) return null
  const adding = to.find(id => !from.includes(id))
  return Math.max(0, bytes - (now(topic, partition, adding) ?? 0))
}

const sum = (numbers: readonly (number | null)[]): number | null =>
  numbers.includes(null) ? null : numbers.reduce<number>((total, number) => total + (number ?? 0), 0)

/** What has arrived meanwhile stays where it is. */
async function takeBack(client: KafkaClient, plan: readonly PartitionInMotion[]): Promise<void> {
  const changes = plan.map(({ topic, partition }) => ({ topic, partition, replicas: null }))
  const options = { signal: AbortSignal.timeout(cancelWithinMs) }
  const outcomes = await alterReassignments(client, changes, options).catch(() => [])
  const left = outcomes.filter(it => it.error !== 'NONE' && it.error !== 'NO_REASSIGNMENT_IN_PROGRESS')
  if (left.length > 0) throw refused(`the moves of ${namesOf(left)} could not be taken back: ${left[0]?.message}`)
}
