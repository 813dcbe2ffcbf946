import { describe, expect, it } from 'vitest'
import { createLedger, inversions, skips } from '../simulation/ledger.ts'
import type { SimTime } from '../simulation/sim-clock.ts'

describe('the ledger of the simulation', () => {
  it('finds what a producer sent earlier and stands later, in one partition', () => {
    const inOrder = [
      ['0@0', 't0.1:0'],
      ['0@1', 't1.9:0'],
      ['0@2', 't0.1:1'],
      ['0@10', 't0.2:0'],
      ['1@3', 't0.1:3'],
    ] as const
    expect(inversions(new Map(inOrder))).toEqual([])
    expect(inversions(new Map([...inOrder, ['0@9', 't0.3:0']]))).toEqual([
      't0.2:0 at 0@10 stands behind t0.3:0, which was sent later',
    ])
    expect(inversions(new Map([['0@0', 't0.1:1'] as const, ['0@1', 't0.1:0'] as const]))).toHaveLength(1)
  })

  it('finds what a transaction was not given in a stretch that it read, and others were', () => {
    const places = new Map([
      ['0@1', 't0.1:0'],
      ['0@4', 't0.2:0'],
      ['1@4', 't0.3:0'],
    ])
    const read = { transaction: 't1.0', partition: 0, from: 1, end: 5, values: ['t0.1:0', 't0.2:0'] }
    expect(skips(read, places)).toEqual([])
    expect(skips({ ...read, end: 4, values: ['t0.1:0'] }, places)).toEqual([])
    expect(skips({ ...read, values: ['t0.1:0'] }, places)).toEqual([
      'transaction t1.0 read 0@1 to 5, and was not given t0.2:0 at 4',
    ])
  })

  it('finds cycles among what was committed, and a transaction that reads its own at once', () => {
    const violations: string[] = []
    const ledger = createLedger({ nowMs: () => 0 } as SimTime, what => violations.push(what))
    for (const [id, at] of [
      ['t0.0', 0],
      ['t1.0', 1],
      ['t2.0', 2],
    ] as const) {
      ledger.begin(id)
      ledger.sent(id, `${id}:0`)
      // What was aborted is no part of any cycle.
      if (id === 't2.0') ledger.ended(id, 'aborted')
      else ledger.saw(at, 0, `${id}:0`, '')
    }
    ledger.read('t0.0', { partition: 1, from: 0, end: 1 }, ['t1.0:0'])
    ledger.read('t2.0', { partition: 1, from: 0, end: 1 }, ['t1.0:0'])
    expect(ledger.contradictions()).toEqual([])
    ledger.read('t1.0', { partition: 0, from: 0, end: 1 }, ['t0.0:0'])
    expect(ledger.contradictions()).toEqual([expect.stringContaining('G1c')])
    expect(violations).toEqual([])
    ledger.read('t0.0', { partition: 0, from: 0, end: 1 }, ['t0.0:0'])
    expect(violations).toEqual([expect.stringContaining('t0.0 is open and read its own')])
  })
})
