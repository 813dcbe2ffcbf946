import { describe, expect, it } from 'vitest'
import { storm } from './quorum/storm.ts'

const seeds = Number(process.env.QUORUM_SEEDS ?? 300)
const firstSeed = Number(process.env.QUORUM_FROM ?? 1)

describe('the quorum in a storm', () => {
  it(`keeps its invariants and comes to agreement: ${seeds} seeds from ${firstSeed}`, { timeout: 600_000 }, async () => {
    let committed = 0
    let epochs = 0
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
      const result = await storm({ seed })
      committed += result.committed
      epochs += result.epochs
    }
    // A storm that nobody gets through, or that disturbs nobody, would prove nothing.
    expect(committed / seeds).toBeGreaterThan(20)
    expect(epochs / seeds).toBeGreaterThan(3)
  })

  it('the same seed gives the same trace', async () => {
    const [one, other] = [await storm({ seed: 42 }), await storm({ seed: 42 })]
    expect(one.world.trace.length).toBeGreaterThan(50)
    expect(other.world.trace).toEqual(one.world.trace)
  })
})
