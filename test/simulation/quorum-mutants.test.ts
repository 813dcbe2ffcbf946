import { describe, expect, it } from 'vitest'
import { buildMutant } from './quorum/build-mutant.ts'
import { quorumMutants } from './quorum/mutants.ts'
import { InvariantBroken } from './quorum/quorum-invariants.ts'
import { storm } from './quorum/storm.ts'

const seedsMax = Number(process.env.MUTANT_SEEDS ?? 300)

describe(`bugs planted in the quorum are found within ${seedsMax} seeds`, () => {
  it.each(quorumMutants.map(mutant => [mutant.name, mutant] as const))('%s', { timeout: 120_000 }, async (_, mutant) => {
    const code = await buildMutant(mutant)
    let found: string | undefined
    for (let seed = 1; seed <= seedsMax && found === undefined; seed++) {
      found = await storm({ seed, code }).then(
        () => undefined,
        (error: unknown) => (error instanceof InvariantBroken ? error.message : Promise.reject(error)),
      )
    }
    if (process.env.MUTANT_LOG !== undefined) console.log(`${mutant.name} -> ${found}`)
    expect(found).toBeDefined()
  })
})
