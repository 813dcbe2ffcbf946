import { describe, expect, it } from 'vitest'
import { buildMutant } from './quorum/build-mutant.ts'
import { type Mutant, quorumMutants } from './quorum/mutants.ts'
import { InvariantBroken } from './quorum/quorum-invariants.ts'
import { storm, type StormOptions } from './quorum/storm.ts'
import { joiningMutants, leavingMutants, voterMutants } from './quorum/voter-mutants.ts'

const seedsMax = Number(process.env.MUTANT_SEEDS ?? 150)

type Profile = Omit<StormOptions, 'seed' | 'code'>

async function expectFound(mutant: Mutant, profile: Profile): Promise<void> {
  const code = await buildMutant(mutant)
  let found: string | undefined
  for (let seed = 1; seed <= seedsMax && found === undefined; seed++) {
    found = await storm({ ...profile, seed, code }).then(
      () => undefined,
      (error: unknown) => (error instanceof InvariantBroken ? error.message : Promise.reject(error)),
    )
  }
  if (process.env.MUTANT_LOG !== undefined) console.log(`${mutant.name} -> ${found}`)
  expect(found).toBeDefined()
}

const named = (mutants: readonly Mutant[]) => mutants.map(mutant => [mutant.name, mutant] as const)

const profiles: readonly (readonly [string, readonly Mutant[], Profile])[] = [
  ['the quorum', quorumMutants, {}],
  ['the changes of voters (KIP-853)', voterMutants, { changesVoters: true }],
  ['leaders that take themselves out (KIP-853)', leavingMutants, { changesVoters: true, leadersLeave: true }],
  ['controllers that join by themselves (KIP-853)', joiningMutants, { changesVoters: true, autoJoins: true }],
]

describe.each(profiles)(`bugs planted in %s are found within ${seedsMax} seeds`, (_, mutants, profile) => {
  it.each(named(mutants))('%s', { timeout: 120_000 }, async (_, mutant) => expectFound(mutant, profile))
})
