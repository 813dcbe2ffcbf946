import { describe, expect, it } from 'vitest'
import { inversions } from '../simulation/ledger.ts'

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
})
