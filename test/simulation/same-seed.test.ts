import { describe, expect, it } from 'vitest'
import { runScenario } from './scenario.ts'

describe('a simulated cluster', () => {
  it('gives the same trace for the same seed, byte for byte, and another one for another', async () => {
    const cluster = { logLevel: 'debug' } as const
    const one = await runScenario(4, { cluster })
    const same = await runScenario(4, { cluster })
    expect(one.violations).toEqual([])
    expect(one.trace.length).toBeGreaterThan(20)
    expect(same.trace.join('\n')).toBe(one.trace.join('\n'))
    const countsOf = ({ events, digest, virtualMs, acknowledged }: typeof one) => ({ events, digest, virtualMs, acknowledged })
    expect(countsOf(same)).toEqual(countsOf(one))
    const other = await runScenario(5, { cluster })
    expect(other.digest).not.toBe(one.digest)
  })
})
