import type { SimTime } from './sim-clock.ts'

/** What clients were told and saw, and what contradicts it. */
export interface History {
  readonly violations: string[]
  /** The topic's values by partition and offset, as consumers saw them: below the high watermark, so for good. */
  observed(partition: number): readonly string[]
  /** A producer was told that `value` is committed at `offset`; -1: committed, place not told. */
  acknowledged(partition: number, offset: number, value: string): void
  /** A consumer read it. */
  saw(partition: number, offset: number, value: string): void
  /** `seer` (one run of one broker) named this high watermark. */
  sawHighWatermark(partition: number, seer: string, offset: number): void
  /** Replicas of it are asked to move. One that is taken away and made anew begins anew, with what its leader tells it. */
  replicasMove(partition: number): void
  /** Somebody says who leads a partition (`kind` names it), or the quorum, in an epoch. */
  sawLeader(kind: string, epoch: number, leader: number): void
  violated(what: string): void
  /** After everything has healed and was read to the end: all that was acknowledged is there, once. */
  checkComplete(): void
  acknowledgedCount(): number
}

export function createHistory(time: SimTime): History {
  const observed = new Map<number, string[]>()
  const acknowledged: { readonly partition: number; readonly offset: number; readonly value: string }[] = []
  const watermarks = new Map<string, number>()
  const leaders = new Map<string, number>()
  const violations: string[] = []

  const violated = (what: string): void => {
    violations.push(`${time.nowMs().toFixed(1)} ms: ${what}`)
  }
  const valuesOf = (partition: number): string[] => {
    const values = observed.get(partition) ?? []
    observed.set(partition, values)
    return values
  }
  return {
    violations,
    violated,
    observed: valuesOf,
    acknowledgedCount: () => acknowledged.length,
    acknowledged(partition, offset, value) {
      acknowledged.push({ partition, offset, value })
    },
    saw(partition, offset, value) {
      const values = valuesOf(partition)
      if (offset > values.length) violated(`partition ${partition}: offset ${offset} follows ${values.length - 1}: a hole`)
      const before = values[offset]
      if (before !== undefined && before !== value)
        violated(`partition ${partition}: offset ${offset} was ${before} and became ${value}`)
      values[offset] = value
    },
    sawHighWatermark(partition, seer, offset) {
      const key = `${partition}@${seer}`
      const before = watermarks.get(key) ?? -1
      if (offset < before) violated(`partition ${partition}: high watermark of ${seer} went from ${before} back to ${offset}`)
      watermarks.set(key, Math.max(before, offset))
    },
    replicasMove(partition) {
      for (const key of watermarks.keys()) if (key.startsWith(`${partition}@`)) watermarks.delete(key)
    },
    sawLeader(kind, epoch, leader) {
      const key = `${kind} in epoch ${epoch}`
      const before = leaders.get(key)
      if (before !== undefined && before !== leader) violated(`${key} has two leaders: ${before} and ${leader}`)
      leaders.set(key, leader)
    },
    checkComplete() {
      for (const { partition, offset, value } of acknowledged) {
        const values = valuesOf(partition)
        const isThere = offset >= 0 ? values[offset] === value : values.includes(value)
        if (!isThere)
          violated(`partition ${partition}: ${value}, acknowledged at ${offset}, is lost (there: ${values[offset] ?? 'nothing'})`)
      }
      for (const [partition, values] of observed) {
        const counts = new Map<string, number>()
        for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
        for (const [value, count] of counts)
          if (count > 1) violated(`partition ${partition}: ${value} stands there ${count} times`)
      }
    },
  }
}
