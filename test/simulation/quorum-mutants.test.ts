import { describe, expect, it } from 'vitest'
import { buildMutant } from './quorum/build-mutant.ts'
import { type Mutant, quorumMutants } from './quorum/mutants.ts'
import { InvariantBroken } from './quorum/quorum-invariants.ts'
import { storm } from './quorum/storm.ts'
import { rareVoterMutants, voterMutants } from './quorum/voter-mutants.ts'

const seedsMax = Number(process.env.MUTANT_SEEDS ?? 300)

async function expectFound(mutant: Mutant, changesVoters: boolean): Promise<void> {
  const code = await buildMutant(mutant)
  let found: string | undefined
  for (let seed = 1; seed <= seedsMax && found === undefined; seed++) {
    found = await storm({ seed, code, changesVoters }).then(
      () => undefined,
      (error: unknown) => (error instanceof InvariantBroken ? error.message : Promise.reject(error)),
    )
  }
  if (process.env.MUTANT_LOG !== undefined) console.log(`${mutant.name} -> ${found}`)
  expect(found).toBeDefined()
}

const named = (mutants: readonly Mutant[]) => mutants.map(mutant => [mutant.name, mutant] as const)

describe(`bugs planted in the quorum are found within ${seedsMax} seeds`, () => {
  it.each(named(quorumMutants))('%s', { timeout: 120_000 }, async (_, mutant) => expectFound(mutant, false))
})

describe(`bugs planted in the changes of voters (KIP-853) are found within ${seedsMax} seeds`, () => {
  it.each(named(seedsMax > 300 ? [...voterMutants, ...rareVoterMutants] : voterMutants))(
    '%s',
    { timeout: 120_000 },
    async (_, mutant) => expectFound(mutant, true),
  )
})
