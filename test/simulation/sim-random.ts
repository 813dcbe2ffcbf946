import type { Random } from '../../broker-core/env/clock.ts'

/** Chance from a seed: the same seed gives the same sequence on every machine. */
export interface SeededRandom extends Random {
  /** Uniform in [0, below). */
  integer(below: number): number
  /** Uniform in [from, to). */
  between(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(of: readonly T[]): T
  /** An independent sequence, so that one user's draws do not move another's. */
  fork(label: string): SeededRandom
}

/** splitmix32: small, fast, and good enough to scatter schedules. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  const fraction = (): number => next() / 2 ** 32
  const integer = (below: number): number => Math.floor(fraction() * below)
  return {
    fraction,
    integer,
    between: (from, to) => from + fraction() * (to - from),
    chance: probability => fraction() < probability,
    pick(of) {
      const index = integer(of.length)
      if (of.length === 0) throw new Error('nothing to pick from')
      return of[index] as (typeof of)[number]
    },
    bytes: count => Uint8Array.from({ length: count }, () => next() & 0xff),
    fork: label => seededRandom(hash(label, seed)),
  }
}

function hash(text: string, seed: number): number {
  let value = seed ^ 0x811c9dc5
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return value
}
