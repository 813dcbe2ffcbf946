import { describe, expect, it } from 'vitest'
import { storm } from './quorum/storm.ts'

const seeds = Number(process.env.QUORUM_SEEDS ?? 60)
const fewSeeds = Math.ceil(seeds / 4)
const firstSeed = Number(process.env.QUORUM_FROM ?? 1)

describe('a quorum whose voters change (KIP-853), in a storm', () => {
  it(`keeps its invariants and comes to agreement: ${seeds} seeds from ${firstSeed}`, { timeout: 600_000 }, async () => {
    let committed = 0
    const counts = { add: 0, remove: 0, disks: 0 }
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
      const { committed: batches, world } = await storm({ seed, changesVoters: true })
      committed += batches
      counts.add += world.trace.filter(line => / add .*: NONE/.test(line)).length
      counts.remove += world.trace.filter(line => / remove .*: NONE/.test(line)).length
      counts.disks += world.trace.filter(line => line.endsWith('gets an empty disk')).length
    }
    if (process.env.MUTANT_LOG !== undefined) console.log(JSON.stringify(counts))
    // A storm in which nothing is changed would prove nothing.
    expect(committed / seeds).toBeGreaterThan(20)
    expect(counts.add / seeds).toBeGreaterThan(0.5)
    expect(counts.remove / seeds).toBeGreaterThan(0.5)
    expect(counts.disks / seeds).toBeGreaterThan(0.2)
  })

  it(`lets controllers join by themselves, and those that lost their disks again: ${fewSeeds} seeds`, {
    timeout: 600_000,
  }, async () => {
    let [added, removed] = [0, 0]
    for (let seed = firstSeed; seed < firstSeed + fewSeeds; seed++) {
      const { world } = await storm({ seed, changesVoters: true, autoJoins: true })
      added += world.trace.filter(line => / asks by itself: add /.test(line)).length
      removed += world.trace.filter(line => / asks by itself: remove /.test(line)).length
    }
    expect(added / fewSeeds).toBeGreaterThan(1)
    expect(removed).toBeGreaterThan(0)
  })

  it(`survives leaders that take themselves out: ${fewSeeds} seeds`, { timeout: 600_000 }, async () => {
    let left = 0
    for (let seed = firstSeed; seed < firstSeed + fewSeeds; seed++) {
      const { world } = await storm({ seed, changesVoters: true, leadersLeave: true })
      left += world.trace.filter(line => / remove .*: NONE/.test(line)).length
    }
    expect(left / fewSeeds).toBeGreaterThan(0.4)
  })

  it('the same seed gives the same trace', async () => {
    const run = () => storm({ seed: 42, changesVoters: true })
    const [one, other] = [await run(), await run()]
    expect(other.world.trace).toEqual(one.world.trace)
  })
})
