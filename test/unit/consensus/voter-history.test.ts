import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MembershipChange, VoterHistory } from '../../../broker-core/consensus/voter-history.ts'
import { voterSet } from '../../../broker-core/consensus/voter-set.ts'

const votersOf = (...ids: number[]) =>
  voterSet(ids.map(id => ({ id, directoryId: `d${id}`, listeners: [], kraftVersions: { min: 0, max: 1 } })))
const voters = (...ids: number[]): MembershipChange => ({ kind: 'voters', voters: votersOf(...ids) })
const level = (to: number): MembershipChange => ({ kind: 'kraft-version', level: to })
const ids = (of: { readonly voters: ReadonlyMap<number, unknown> }) => [...of.voters.keys()].join()

describe('the voters along the log (KIP-853)', () => {
  it('in force is the latest record, committed or not; a truncation returns to the one before', () => {
    const history = new VoterHistory({ kraftVersion: 0, voters: votersOf(1, 2, 3) })
    expect(history.latest()).toMatchObject({ kraftVersion: 0, votersOffset: -1 })
    history.append(5, level(1))
    history.append(6, voters(1, 2, 3))
    history.append(20, voters(1, 2, 3, 4))
    expect(history.latest()).toMatchObject({ kraftVersion: 1, votersOffset: 20 })
    expect([ids(history.latest()), ids(history.below(20)), ids(history.below(21))]).toEqual(['1,2,3,4', '1,2,3', '1,2,3,4'])
    history.truncateTo(20)
    expect([ids(history.latest()), history.latest().votersOffset]).toEqual(['1,2,3', 6])
    history.truncateTo(5)
    expect(history.latest()).toMatchObject({ kraftVersion: 0, votersOffset: -1 })
  })

  it('who may have been removed by a record that is not committed: that record counts, not one that names the same voters again', () => {
    const history = new VoterHistory({ kraftVersion: 1, voters: votersOf(1, 2, 3) })
    expect(history.latestChange().offset).toBe(-1)
    history.append(6, voters(1, 2, 3))
    expect(history.latestChange().offset).toBe(-1)
    history.append(20, voters(1, 2))
    history.append(25, level(1))
    history.append(31, voters(1, 2))
    expect(history.latestChange().offset).toBe(20)
    expect(ids(history.latestChange().before)).toBe('1,2,3')
    history.truncateTo(20)
    expect(history.latestChange().offset).toBe(-1)
  })

  it('what a snapshot covers is one membership; a loaded snapshot replaces all', () => {
    const history = new VoterHistory({ kraftVersion: 0, voters: votersOf(1) })
    for (const [offset, change] of [[1, level(1)] as const, [2, voters(1, 2)] as const, [9, voters(1, 2, 3)] as const])
      history.append(offset, change)
    history.forgetBelow(5)
    expect([ids(history.below(5)), ids(history.below(0)), ids(history.latest())]).toEqual(['1,2', '1,2', '1,2,3'])
    history.restartAt(30, [level(1), voters(2, 3)])
    expect(history.latest()).toMatchObject({ kraftVersion: 1, votersOffset: 29 })
    expect(ids(history.latest())).toBe('2,3')
  })

  it('a snapshot that says nothing of voters leaves those of the configuration', () => {
    const history = new VoterHistory({ kraftVersion: 0, voters: votersOf(1, 2) })
    history.restartAt(30, [])
    expect(history.latest()).toMatchObject({ kraftVersion: 0, votersOffset: -1 })
    expect(ids(history.latest())).toBe('1,2')
  })

  it('refuses a record out of order', () => {
    const history = new VoterHistory({ kraftVersion: 0, voters: votersOf(1) })
    history.append(3, level(1))
    expect(() => history.append(3, voters(1))).toThrow('record at 3')
  })

  /** The naive model: all records there are, looked through from the front. */
  it('agrees with a plain list of records, whatever is appended, truncated and covered by snapshots', () => {
    const deeds = fc.oneof(
      fc.record({
        kind: fc.constant('append' as const),
        gap: fc.integer({ min: 0, max: 3 }),
        size: fc.integer({ min: 1, max: 5 }),
      }),
      fc.record({ kind: fc.constant('level' as const), gap: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ kind: fc.constant('truncate' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ kind: fc.constant('cover' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    )
    fc.assert(
      fc.property(fc.array(deeds, { maxLength: 30 }), all => {
        const history = new VoterHistory({ kraftVersion: 0, voters: votersOf(9) })
        let records: { offset: number; change: MembershipChange }[] = []
        let start = 0
        let end = 0
        for (const deed of all) {
          if (deed.kind === 'append' || deed.kind === 'level') {
            const change = deed.kind === 'level' ? level(1) : voters(...Array.from({ length: deed.size }, (_, id) => id))
            const offset = end + deed.gap
            history.append(offset, change)
            records.push({ offset, change })
            end = offset + 1
          } else {
            const at = start + Math.floor((end - start) * deed.share)
            if (deed.kind === 'truncate') {
              history.truncateTo(at)
              records = records.filter(record => record.offset < at)
              end = at
            } else {
              history.forgetBelow(at)
              start = at
            }
          }
          for (let offset = start; offset <= end; offset++) {
            const known = records.filter(record => record.offset < offset).map(record => record.change)
            const last = known.findLast(change => change.kind === 'voters')
            expect(ids(history.below(offset))).toBe(last?.kind === 'voters' ? ids(last) : '9')
            expect(history.below(offset).kraftVersion).toBe(known.some(change => change.kind === 'kraft-version') ? 1 : 0)
          }
          expect(history.latest()).toEqual(history.below(end))
        }
      }),
    )
  })
})
