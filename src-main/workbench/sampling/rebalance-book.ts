import type { RebalanceEvent, RebalanceMember } from '../../contract/views/groups.ts'
import { feed } from '../watch.ts'
import type { Feed } from '../watch.ts'
import { keyOf } from './probe.ts'
import type { LookedGroup, LookedMember, SampledGroup } from './probe.ts'

/** Groups that are looked into in one round; with more of them, each has its turn later. */
const looksPerRound = 32
const eventsMax = 2_000
const movedMax = 100
/** States in which a group shares out its partitions: what its members have then is on its way. */
const unsettledStates: ReadonlySet<string> = new Set(['PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling'])

interface Known {
  /** Of the last look at which it was settled. */
  settled: LookedGroup | undefined
  state: string
  unsettledSinceMs: number | undefined
  lookedRound: number
}

/** Who is in which group and has what, as it was at the last look, and what changed. Memory: one look of every group. */
export interface RebalanceBook {
  /** Groups that are to be looked into now: those that move or have moved first, then those not seen for longest. */
  due(groups: readonly SampledGroup[]): readonly SampledGroup[]
  add(atMs: number, group: string, looked: LookedGroup): void
  readonly events: Feed<RebalanceEvent>
  /** At the last look at which the group was settled; null before the first. */
  memberCount(group: string): number | null
}

const nobody: LookedGroup = { state: 'Empty', epoch: null, members: [] }

export function rebalanceBook(): RebalanceBook {
  const known = new Map<string, Known>()
  const events = feed<RebalanceEvent>(eventsMax)
  let round = 0
  const noteNew = (group: string): void => {
    if (known.has(group)) return
    // What the first round finds was there before; what comes later came with its first members.
    const settled = round === 1 ? undefined : nobody
    known.set(group, { settled, state: '', unsettledSinceMs: undefined, lookedRound: -1 })
  }
  return {
    events,
    memberCount(group) {
      const found = known.get(group)
      return found === undefined || found.lookedRound === -1 ? null : (found.settled?.members.length ?? null)
    },
    due(groups) {
      round += 1
      const names = new Set(groups.map(it => it.group))
      for (const group of known.keys()) if (!names.has(group)) known.delete(group)
      for (const group of names) noteNew(group)
      const urgency = (it: SampledGroup): number => {
        const found = known.get(it.group)
        if (found?.state !== it.state || unsettledStates.has(it.state)) return Number.POSITIVE_INFINITY
        return round - found.lookedRound
      }
      // An empty group that was empty at the last look has nothing to tell.
      const wanted = groups.filter(it => it.error === null && !(it.state === 'Empty' && known.get(it.group)?.state === 'Empty'))
      return wanted
        .map(it => ({ it, urgency: urgency(it) }))
        .sort((a, b) => (a.urgency === b.urgency ? 0 : b.urgency - a.urgency))
        .slice(0, looksPerRound)
        .map(({ it }) => it)
    },
    add(atMs, group, looked) {
      const found = known.get(group)
      if (found === undefined) return
      found.state = looked.state
      found.lookedRound = round
      if (unsettledStates.has(looked.state)) {
        found.unsettledSinceMs ??= atMs
        return
      }
      const unsettledMs = found.unsettledSinceMs === undefined ? null : atMs - found.unsettledSinceMs
      const event = found.settled === undefined ? undefined : rebalanceBetween(found.settled, looked)
      if (event !== undefined) events.push({ id: events.pushed + 1, atMs, group, unsettledMs, ...event })
      found.settled = looked
      found.unsettledSinceMs = undefined
    },
  }
}

type Change = Omit<RebalanceEvent, 'id' | 'atMs' | 'group' | 'unsettledMs'>

/** Undefined when nothing is different. */
export function rebalanceBetween(before: LookedGroup, after: LookedGroup): Change | undefined {
  const was = new Map(before.members.map(it => [it.memberId, it]))
  const is = new Map(after.members.map(it => [it.memberId, it]))
  const joined = after.members.filter(it => !was.has(it.memberId)).map(shownMember)
  const left = before.members.filter(it => !is.has(it.memberId)).map(shownMember)
  const moved = movedBetween(before.members, after.members)
  const isOtherEpoch = after.epoch !== null && before.epoch !== null && before.epoch !== after.epoch
  if (joined.length === 0 && left.length === 0 && moved.length === 0 && !isOtherEpoch) return undefined
  const counts = { before: before.members.length, after: after.members.length }
  return {
    state: after.state,
    epoch: after.epoch,
    reason: reasonOf({ joined, left, movedTotal: moved.length, counts, epochs: [before.epoch, after.epoch] }),
    membersBefore: counts.before,
    membersAfter: counts.after,
    joined,
    left,
    moved: moved.slice(0, movedMax),
    movedTotal: moved.length,
  }
}

const shownMember = ({ memberId, clientId, host }: LookedMember): RebalanceMember => ({ memberId, clientId, host })

function movedBetween(before: readonly LookedMember[], after: readonly LookedMember[]): RebalanceEvent['moved'][number][] {
  const ownersBefore = ownersOf(before)
  const ownersAfter = ownersOf(after)
  const keys = new Set([...ownersBefore.keys(), ...ownersAfter.keys()])
  return [...keys].flatMap(key => {
    const from = ownersBefore.get(key)
    const to = ownersAfter.get(key)
    const place = to ?? from
    if (place === undefined || from?.member.memberId === to?.member.memberId) return []
    const { topic, partition } = place
    return [{ topic, partition, from: from?.member ?? null, to: to?.member ?? null }]
  })
}

function ownersOf(members: readonly LookedMember[]) {
  return new Map(
    members.flatMap(it =>
      it.assignment.map(({ topic, partition }) => [keyOf(topic, partition), { topic, partition, member: shownMember(it) }]),
    ),
  )
}

interface Reasons {
  readonly joined: readonly RebalanceMember[]
  readonly left: readonly RebalanceMember[]
  readonly movedTotal: number
  readonly counts: { readonly before: number; readonly after: number }
  readonly epochs: readonly [number | null, number | null]
}

function reasonOf({ joined, left, movedTotal, counts, epochs }: Reasons): string {
  const again = joined.filter(it => left.some(gone => gone.clientId === it.clientId && gone.host === it.host))
  const isAgain = (it: RebalanceMember) => again.some(back => back.clientId === it.clientId && back.host === it.host)
  const parts = [
    ...verbed(again, 'joined anew'),
    ...verbed(
      joined.filter(it => !isAgain(it)),
      'joined',
    ),
    ...verbed(
      left.filter(it => !isAgain(it)),
      'left',
    ),
  ]
  const members = counts.before === counts.after ? '' : ` (${counts.before} → ${counts.after} members)`
  if (parts.length > 0) return `${parts.join(', ')}${members}`
  if (movedTotal > 0) return `${movedTotal} partitions have another owner, the members are the same`
  return `group epoch ${epochs[0]} → ${epochs[1]}, nothing moved`
}

function verbed(members: readonly RebalanceMember[], verb: string): string[] {
  if (members.length === 0) return []
  const names = members.slice(0, 3).map(it => (it.clientId === '' ? it.memberId : it.clientId))
  const rest = members.length > 3 ? ` and ${members.length - 3} more` : ''
  return [`${names.join(', ')}${rest} ${verb}`]
}
