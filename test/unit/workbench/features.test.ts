import { describe, expect, it } from 'vitest'
import { featureViews } from '../../../src-main/workbench/features.ts'

type Told = Parameters<typeof featureViews>[0][number]
const told = (finalizedEpoch: number, finalized: Record<string, number>, supported: Record<string, [number, number]>): Told => ({
  finalizedEpoch,
  finalized: new Map(Object.entries(finalized)),
  supported: new Map(Object.entries(supported).map(([name, [min, max]]) => [name, { min, max }])),
})
const plain = (level: number) => ({ level, name: null })

describe('features of a cluster', () => {
  it('META-11: the metadata version first and by its release, others as numbers, in no use as 0', () => {
    const broker = told(
      9,
      { 'transaction.version': 2, 'metadata.version': 30, 'kraft.version': 1 },
      { 'group.version': [0, 1], 'kraft.version': [0, 1], 'metadata.version': [7, 31], 'transaction.version': [0, 2] },
    )
    expect(featureViews([broker])).toEqual([
      {
        name: 'metadata.version',
        finalized: { level: 30, name: '4.3-IV0' },
        supported: { min: { level: 7, name: '3.3-IV3' }, max: plain(31) },
        isMixed: false,
      },
      { name: 'kraft.version', finalized: plain(1), supported: { min: plain(0), max: plain(1) }, isMixed: false },
      { name: 'group.version', finalized: plain(0), supported: { min: plain(0), max: plain(1) }, isMixed: false },
      { name: 'transaction.version', finalized: plain(2), supported: { min: plain(0), max: plain(2) }, isMixed: false },
    ])
  })

  it('META-11: what all brokers support, and the levels of who knows the latest', () => {
    const views = featureViews([
      told(8, { 'metadata.version': 26 }, { 'metadata.version': [17, 30], 'share.version': [0, 1] }),
      told(12, { 'metadata.version': 27 }, { 'metadata.version': [7, 27] }),
    ])
    expect(views).toEqual([
      {
        name: 'metadata.version',
        finalized: { level: 27, name: '4.1-IV1' },
        supported: { min: { level: 17, name: '3.7-IV2' }, max: { level: 27, name: '4.1-IV1' } },
        isMixed: true,
      },
      { name: 'share.version', finalized: plain(0), supported: { min: plain(0), max: plain(0) }, isMixed: true },
    ])
  })

  it('no level in common, and levels of brokers that tell no range (ApiVersions 3 leaves out those from 0)', () => {
    const apart = [told(1, {}, { f: [1, 2] }), told(1, {}, { f: [3, 4] })]
    expect(featureViews(apart)[0]).toMatchObject({ supported: null, isMixed: true })
    expect(featureViews([told(1, { 'kraft.version': 1 }, {})])[0]).toMatchObject({ supported: null, isMixed: false })
  })

  it('old brokers tell of none', () => {
    expect(featureViews([told(-1, {}, {})])).toEqual([])
    expect(featureViews([])).toEqual([])
  })
})
