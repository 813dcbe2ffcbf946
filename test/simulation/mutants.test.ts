import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { mutants } from './mutants.mjs'

const projectFolder = new URL('../..', import.meta.url)

/** All of them, with more seeds: `npm run simulate:mutants`. */
const quickOnes = [
  'readers see the log end',
  'leader changes without a new epoch',
  'duplicates are appended',
  'trusts a broker after',
]

describe('planted bugs', () => {
  it('each still fits the source: what it replaces stands there once', () => {
    for (const { file, find, name } of mutants) {
      const parts = readFileSync(new URL(file, projectFolder), 'utf8').split(find).length - 1
      expect([name, parts]).toEqual([name, 1])
    }
  })

  it.each(quickOnes)('%s: is found within 20 seeds', name => {
    const script = new URL('test/simulation/run-mutants.mjs', projectFolder)
    const result = spawnSync(process.execPath, [fileURLToPath(script), '--seeds', '20', '--only', name], { encoding: 'utf8' })
    expect(result.stdout).toContain('found by seed')
    expect(result.status).toBe(0)
  })
})
