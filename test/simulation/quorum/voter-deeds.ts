import { isVoterOf, majorityOf, type ReplicaKey, type VoterSet } from '../../../broker-core/consensus/voter-set.ts'
import { addRaftVoter } from '../../../broker-core/protocol/messages/80-add-raft-voter.ts'
import { removeRaftVoter } from '../../../broker-core/protocol/messages/81-remove-raft-voter.ts'
import type { SeededRandom } from '../sim-random.ts'
import { InvariantBroken } from './quorum-invariants.ts'
import type { QuorumWorld, SimNode } from './quorum-world.ts'

interface Attempt {
  readonly kind: 'add' | 'remove'
  readonly key: string
  isAcknowledged: boolean
}

/** Changes of the voters during a storm, and what must hold of them. */
export interface VoterDeeds {
  add(): void
  remove(): void
  /** kraft.version 0 to 1 */
  upgrade(): void
  /** A node loses its disk, when the voters can bear it. */
  loseDisk(node: SimNode): void
  /**
   * The leader of an even number takes itself out, cut off; the record is on its disk alone or on that of one other, which is then lost. Who is left
   * has no majority of the old voters without it.
   */
  leave(isHeardByOne: boolean): void
  check(): void
  /** After the calm: everybody agrees on the voters, one of them leads, and what was acknowledged is so. */
  checkEnd(): void
}

/** Long enough for one that is not cut off to fetch a record and to say so. */
const hearingMs = 60

export function voterDeeds(world: QuorumWorld): VoterDeeds {
  const attempts: Attempt[] = []
  const { random, trace, time } = world
  const parting = random.fork('parting')
  const isLost = (key: ReplicaKey) => !world.nodes.some(node => node.nodeId === key.id && node.directoryId === key.directoryId)
  const survives = (voters: VoterSet) => [...voters.values()].filter(voter => !isLost(voter)).length >= majorityOf(voters)

  function attempt(kind: Attempt['kind'], key: ReplicaKey, waits: boolean, work: Promise<{ readonly error: string }>): void {
    const mine: Attempt = { kind, key: `${key.id}/${key.directoryId}`, isAcknowledged: false }
    attempts.push(mine)
    const answered = ({ error }: { readonly error: string }) => {
      trace.push(`${time.nowMs().toFixed(2)} ${kind} ${mine.key}: ${error}`)
      if (error === 'NONE') mine.isAcknowledged = waits
    }
    work.then(answered, (error: unknown) => world.invariants.failed(error))
  }

  world.onJoining = (kind, key) => {
    trace.push(`${time.nowMs().toFixed(2)} asks by itself: ${kind} ${key}`)
    attempts.push({ kind, key, isAcknowledged: false })
  }

  function takeOut(leader: SimNode, voter: ReplicaKey): void {
    const request = {
      ...removeRaftVoter.request.zero,
      clusterId: 'sim',
      voterId: voter.id,
      voterDirectoryId: voter.directoryId ?? '',
    }
    attempt('remove', voter, true, leader.raft.removeVoter(request))
  }

  /** A leader that may leave an even number of voters, and those that stay. */
  function leaving(): { readonly leader: SimNode; readonly key: ReplicaKey; readonly rest: VoterSet } | undefined {
    const leader = world.leader()
    const voters = leader?.raft.membership().voters ?? new Map()
    if (leader === undefined || voters.size < 4 || voters.size % 2 === 1) return undefined
    const key = { id: leader.nodeId, directoryId: leader.directoryId }
    const rest: VoterSet = new Map([...voters].filter(([id]) => id !== key.id))
    return isVoterOf(voters, key) && survives(rest) ? { leader, key, rest } : undefined
  }

  return {
    leave(isHeardByOne) {
      const found = leaving()
      const others = world.nodes.filter(node => found?.rest.has(node.nodeId) === true)
      if (found === undefined || others.length === 0) return
      const { key, leader } = found
      const victim = parting.pick(others)
      if (!isHeardByOne) world.crash(victim)
      part(world, isHeardByOne ? [leader.nodeId, victim.nodeId] : [leader.nodeId])
      trace.push(`${time.nowMs().toFixed(2)} ${leader.nodeId} leaves, ${victim.nodeId} goes with its disk`)
      takeOut(leader, key)
      const lose = () => {
        world.crash(victim)
        this.loseDisk(victim)
        // The calm may have begun meanwhile, in which nobody starts it again.
        world.start(victim)
      }
      if (isHeardByOne) time.after(hearingMs, undefined, lose)
      else lose()
    },
    add() {
      const leader = world.leader()
      const voters = leader?.raft.membership().voters ?? new Map()
      const wanting = world.nodes.filter(
        node => node.isUp && node.nodeId < 100 && !isVoterOf(voters, { id: node.nodeId, directoryId: node.directoryId }),
      )
      if (leader === undefined || wanting.length === 0) return
      const node = random.pick(wanting)
      const listeners = [{ name: 'CONTROLLER', host: 'sim', port: node.nodeId }]
      const { nodeId: id, directoryId } = node
      const ackWhenCommitted = random.fraction() < 0.5
      const request = {
        ...addRaftVoter.request.zero,
        ackWhenCommitted,
        clusterId: 'sim',
        timeoutMs: 2000,
        voterId: id,
        voterDirectoryId: directoryId,
        listeners,
      }
      attempt('add', { id, directoryId }, ackWhenCommitted, leader.raft.addVoter(request))
    },
    remove() {
      const leader = world.leader()
      const voters = [...(leader?.raft.membership().voters.values() ?? [])]
      if (leader === undefined || voters.length === 0) return
      const gone = voters.filter(isLost)
      const voter = random.pick(gone.length > 0 ? gone : voters)
      const rest: VoterSet = new Map(voters.filter(each => each.id !== voter.id).map(each => [each.id, each]))
      if (voter.directoryId === undefined || rest.size < 2 || !survives(rest)) return
      takeOut(leader, voter)
      // Of an even number, two are no minority: one vote too many does no harm.
      const companions = [...rest.keys()].filter(id => id !== leader.nodeId)
      if (rest.size % 2 === 1) partAround(world, parting, voter.id, companions)
    },
    upgrade() {
      const leader = world.leader()
      if (leader === undefined || leader.raft.membership().kraftVersion > 0) return
      const why = leader.raft.upgradeKRaftVersion(1, { isTrial: false })
      trace.push(`${time.nowMs().toFixed(2)} upgrade at ${leader.nodeId}: ${why ?? 'done'}`)
    },
    loseDisk(node) {
      if (node.isUp) return
      const before = node.directoryId
      // No static voters: they are known by their id alone, and an empty disk would vote for the old one.
      const sets = world.nodes.map(votersOnDisk)
      if (sets.some(voters => [...voters.values()].some(voter => voter.directoryId === undefined))) return
      const isBorne = sets.every(voters => {
        if (!isVoterOf(voters, { id: node.nodeId, directoryId: before })) return true
        const left = [...voters.values()].filter(voter => !isLost(voter) && voter.id !== node.nodeId)
        return left.length >= majorityOf(voters)
      })
      if (!isBorne) return
      world.replaceDisk(node)
      world.start(node)
    },
    check: () => checkOneAtATime(world),
    checkEnd() {
      const [first, ...others] = world.nodes.map(node => keysOf(node.raft.membership().voters))
      if (first === undefined || others.some(other => other !== first))
        throw new InvariantBroken(`voters differ: ${[first, ...others].join(' | ')}`)
      const leader = world.leader()
      if (
        leader !== undefined &&
        !isVoterOf(leader.raft.membership().voters, { id: leader.nodeId, directoryId: leader.directoryId })
      )
        throw new InvariantBroken(`node ${leader.nodeId} leads, but is no voter: ${first}`)
      checkAttempts(attempts, first.split(' '))
    },
  }
}

/**
 * A moment later, when its removal may be in its log and it does not know it committed, whoever is removed is cut off together with one that stays: of
 * the voters that are left the majority is on the other side.
 */
function partAround(world: QuorumWorld, random: SeededRandom, removedId: number, others: readonly number[]): void {
  const { time, trace } = world
  if (others.length === 0) return
  const companion = random.pick(others)
  time.after(random.between(3, 40), undefined, () => {
    trace.push(`${time.nowMs().toFixed(2)} ${removedId} and ${companion} are cut off`)
    part(world, [removedId, companion])
  })
}

/** Cuts the nodes of one side off from all others, both ways. */
export function part(world: QuorumWorld, side: readonly number[]): void {
  for (const { nodeId } of world.nodes) {
    if (side.includes(nodeId)) continue
    for (const inside of side) {
      world.cut(inside, nodeId)
      world.cut(nodeId, inside)
    }
  }
}

/** What the disk of a node says, committed or not. */
function votersOnDisk(node: SimNode): VoterSet {
  const named = node.disk.membership().findLast(change => change.kind === 'voters')
  if (named?.kind === 'voters') return named.voters
  return node.raft?.membership().voters ?? new Map()
}

const keysOf = (voters: VoterSet): string => [...voters.values()].map(({ id, directoryId }) => `${id}/${directoryId}`).join(' ')

/** A leader has at most one change of the voters that is not committed; with two, majorities might not meet. */
function checkOneAtATime(world: QuorumWorld): void {
  const committedEnd = world.invariants.committedEndOffset()
  for (const node of world.nodes) {
    if (!node.isUp || node.raft.leaderAndEpoch().leaderId !== node.nodeId) continue
    let last: string | undefined
    let open = 0
    for (const { offset, change } of node.disk.open().readMembership(0)) {
      if (change.kind !== 'voters') continue
      const keys = keysOf(change.voters)
      if (offset >= committedEnd && last !== undefined && last !== keys) open += 1
      last = keys
    }
    if (open > 1) throw new InvariantBroken(`node ${node.nodeId} has ${open} changes of the voters that are not committed`)
  }
}

/** The last acknowledged attempt on a replica holds, unless another one followed of which nobody knows what became. */
function checkAttempts(attempts: readonly Attempt[], voters: readonly string[]): void {
  const last = new Map<string, Attempt>()
  for (const each of attempts) last.set(each.key, each)
  for (const { kind, key, isAcknowledged } of last.values()) {
    if (isAcknowledged && voters.includes(key) !== (kind === 'add'))
      throw new InvariantBroken(`${kind} of ${key} was acknowledged, and is lost: ${voters.join(' ')}`)
  }
}
