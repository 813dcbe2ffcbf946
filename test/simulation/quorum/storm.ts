import { isAtLeast } from '../../../broker-core/consensus/quorum-state.ts'
import { isVoterOf, type ReplicaKey } from '../../../broker-core/consensus/voter-set.ts'
import { InvariantBroken } from './quorum-invariants.ts'
import { keyOf, quorumWorld, type QuorumWorld, type QuorumWorldOptions, type SimNode } from './quorum-world.ts'
import { part, voterDeeds, type VoterDeeds } from './voter-deeds.ts'

export interface StormResult {
  readonly committed: number
  readonly epochs: number
  readonly world: QuorumWorld
}

export interface StormOptions extends Partial<QuorumWorldOptions> {
  readonly seed: number
  readonly steps?: number
  /** The voters change as well: nodes are added and removed, and lose their disks. */
  readonly changesVoters?: boolean
  /** More of what hurts when a leader takes itself out: an even number of voters at first, and a leader that leaves again and again. */
  readonly leadersLeave?: boolean
}

const convergeMs = 30_000
const joinMs = 30_000

/**
 * One run: a quorum under crashes, cut links, pauses, lost, late and repeated messages, with writes and snapshots going on; then calm, in
 * which everybody must come to the same committed log. Throws InvariantBroken, with the seed in its message.
 */
export async function storm(options: StormOptions): Promise<StormResult> {
  const pick = options.seed % 4
  const voters = options.voters ?? (options.leadersLeave === true ? 4 : pick === 0 ? 5 : 3)
  const world = quorumWorld({ observers: pick === 1 ? 1 : 0, ...membershipOf(options), ...options, voters })
  const deeds = options.changesVoters === true ? voterDeeds(world) : undefined
  try {
    for (const node of world.nodes) world.start(node)
    for (let step = 0; step < (options.steps ?? 60); step++) {
      act(world, deeds, options.leadersLeave === true)
      await world.time.run(world.random.between(1, 400))
      world.invariants.check()
      checkLogs(world)
      deeds?.check()
    }
    world.invariants.check()
    await calm(world)
    if (options.autoJoins === true) await joinAll(world)
    world.invariants.check()
    checkLogs(world)
    world.invariants.checkAcknowledged()
    deeds?.checkEnd()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new InvariantBroken(`seed ${options.seed}: ${message}`, { cause: error })
  }
  const epochs = Math.max(...world.nodes.map(node => node.raft.leaderAndEpoch().epoch))
  return { committed: world.invariants.committedCount(), epochs, world }
}

/** Most clusters are formatted with their voters, some begin with static ones and are upgraded. */
function membershipOf({ changesVoters, seed }: StormOptions): Partial<QuorumWorldOptions> {
  if (changesVoters !== true) return {}
  return { membership: seed % 5 === 0 ? 'upgraded' : 'formatted', spares: 2 }
}

function act(world: QuorumWorld, changes: VoterDeeds | undefined, leadersLeave: boolean): void {
  const { random, nodes, weather } = world
  const node = random.pick(nodes)
  for (let count = random.integer(4); count > 0; count--) world.write('w')
  const deeds: readonly (() => void)[] = [
    () => world.crash(node),
    () => world.start(node),
    () => world.start(node),
    () => void world.stop(node),
    () => node.process.pause(),
    () => node.process.resume(),
    () => node.process.resume(),
    () => part(world, [node.nodeId]),
    () => world.cut(node.nodeId, random.pick(nodes).nodeId),
    () => world.heal(),
    () => world.heal(),
    () => (weather.loss = random.fraction() * 0.3),
    () => (weather.duplicate = random.fraction() * 0.3),
    () => (weather.delayMaxMs = random.pick([1, 10, 100, 700])),
    () => (weather.bounce = random.fraction() * 0.2),
    () => Object.assign(weather, { loss: 0, duplicate: 0, delayMaxMs: 10, bounce: 0 }),
    () => snapshot(node),
    () => {},
    ...(changes === undefined ? [] : voterActs(changes, node)),
    ...(changes === undefined || !leadersLeave ? [] : leavingActs(changes)),
  ]
  random.pick(deeds)()
}

const voterActs = (changes: VoterDeeds, node: SimNode): (() => void)[] => [
  changes.add,
  changes.add,
  changes.add,
  changes.remove,
  changes.remove,
  changes.remove,
  changes.upgrade,
  () => changes.loseDisk(node),
  () => changes.loseDisk(node),
  () => changes.loseDisk(node),
]

function snapshot(node: SimNode): void {
  if (!node.isUp || node.applied.endOffset === 0) return
  node.raft.writeSnapshot(
    node.applied.endOffset,
    node.applied.values.map(value => new TextEncoder().encode(value)),
  )
}

const leavingActs = (changes: VoterDeeds): (() => void)[] => [
  ...[changes.add, changes.add, changes.add],
  ...[() => changes.leave(true), () => changes.leave(true)],
  ...[() => changes.leave(false), () => changes.leave(false)],
]

/** No more harm: within a bounded time everybody agrees. */
async function calm(world: QuorumWorld): Promise<void> {
  world.heal()
  Object.assign(world.weather, { loss: 0, duplicate: 0, delayMaxMs: 10, bounce: 0 })
  for (const node of world.nodes) {
    node.process.resume()
    world.start(node)
  }
  await world.time.run(5000)
  world.write('last')
  if (await world.converge(convergeMs)) return
  const ends = world.nodes.map(node => `${node.nodeId}: log ${node.disk.open().endOffset}, applied ${node.applied.endOffset}`)
  throw new InvariantBroken(`no agreement after ${convergeMs} ms of calm: ${ends.join('; ')}`)
}

/** Who joins by itself is a voter in the end, on whatever disk it has. */
async function joinAll(world: QuorumWorld): Promise<void> {
  const outside = () => {
    const membership = world.leader()?.raft.membership()
    if (membership?.kraftVersion === 0) return []
    return world.nodes.filter(node => node.nodeId < 100 && !(membership && isVoterOf(membership.voters, keyOfNode(node))))
  }
  const haveJoined = await world.time.run(joinMs, () => outside().length === 0)
  if (haveJoined && (await world.converge(convergeMs))) return
  throw new InvariantBroken(`not voters after ${joinMs} ms of calm: ${outside().map(keyOf).join(', ')}`)
}

const keyOfNode = ({ nodeId: id, directoryId }: SimNode): ReplicaKey => ({ id, directoryId })

/** Log matching: two logs that have the same epoch at an offset are the same up to there. */
function checkLogs(world: QuorumWorld): void {
  const logs = world.nodes.map(node => ({ node, batches: node.disk.entries() }))
  for (const [index, one] of logs.entries()) {
    for (const other of logs.slice(index + 1)) {
      const byBase = new Map(other.batches.map(batch => [batch.baseOffset, batch]))
      const common = one.batches.findLastIndex(batch => byBase.get(batch.baseOffset)?.epoch === batch.epoch)
      for (const batch of one.batches.slice(0, common + 1)) {
        const twin = byBase.get(batch.baseOffset)
        if (twin === undefined && batch.baseOffset >= other.node.disk.startOffset()) {
          throw new InvariantBroken(
            `logs of ${one.node.nodeId} and ${other.node.nodeId} differ below a common batch: ${batch.baseOffset}`,
          )
        }
        if (twin !== undefined && (twin.epoch !== batch.epoch || twin.text !== batch.text)) {
          throw new InvariantBroken(`logs of ${one.node.nodeId} and ${other.node.nodeId} differ at ${batch.baseOffset}`)
        }
      }
      checkOrder(one.batches)
    }
  }
}

function checkOrder(
  batches: readonly { readonly epoch: number; readonly baseOffset: number; readonly lastOffset: number }[],
): void {
  for (const [index, batch] of batches.entries()) {
    const next = batches[index + 1]
    if (next === undefined) continue
    const isSound =
      next.baseOffset === batch.lastOffset + 1 &&
      isAtLeast({ endOffset: 0, epoch: next.epoch }, { endOffset: 0, epoch: batch.epoch })
    if (!isSound) throw new InvariantBroken(`offsets or epochs out of order after ${batch.lastOffset}`)
  }
}
