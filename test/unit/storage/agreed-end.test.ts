import { describe, expect, it } from 'vitest'
import { EpochCache, type EpochStart } from '../../../broker-core/storage/epoch-cache.ts'
import { agreedEnd, type EpochHistory } from '../../../broker-core/storage/future-copy.ts'
import { seededRandom } from '../../simulation/sim-random.ts'

/** A log as the epoch of each of its records. */
function historyOf(epochs: readonly number[]): EpochHistory {
  const starts: EpochStart[] = []
  for (const [startOffset, epoch] of epochs.entries()) if (starts.at(-1)?.epoch !== epoch) starts.push({ epoch, startOffset })
  const cache = new EpochCache(starts)
  return {
    latestEpoch: cache.latestEpoch,
    logEndOffset: epochs.length,
    endOffsetOfEpoch: epoch => cache.endOffsetOf(epoch, epochs.length),
  }
}

function cutUntilAgreed(current: readonly number[], future: readonly number[]): number {
  let left = [...future]
  for (
    let end = agreedEnd(historyOf(current), historyOf(left));
    end < left.length;
    end = agreedEnd(historyOf(current), historyOf(left))
  ) {
    left = left.slice(0, end)
  }
  return left.length
}

describe('a copy that was found on disk (REPL-18)', () => {
  it('REPL-13: keeps what both have of the same epochs, and nothing that differs', () => {
    expect(cutUntilAgreed([0, 0, 0, 1], [0, 0])).toBe(2)
    expect(cutUntilAgreed([0, 0], [0, 0, 0, 1])).toBe(2)
    expect(cutUntilAgreed([0, 0, 2, 2], [0, 0, 0, 1])).toBe(2)
    expect(cutUntilAgreed([], [0, 1])).toBe(0)
    expect(cutUntilAgreed([3], [])).toBe(0)
  })

  it('REPL-13: of any two histories with a common beginning no more than that is left, and all of it where one only goes on', () => {
    const random = seededRandom(7)
    const upTo = (count: number) => Math.floor(random.fraction() * count)
    for (let round = 0; round < 500; round++) {
      let epoch = 0
      const next = () => (epoch += upTo(3) === 0 ? 1 : 0)
      const common = Array.from({ length: upTo(8) }, next)
      const future = [...common, ...Array.from({ length: upTo(8) }, next)]
      // What was written behind a truncation has an epoch of its own.
      epoch += 1
      const current = [...common, ...Array.from({ length: upTo(8) }, next)]
      const agreed = cutUntilAgreed(current, future)
      expect(agreed, `${current} and ${future}`).toBe(Math.min(common.length, future.length))
    }
  })
})
