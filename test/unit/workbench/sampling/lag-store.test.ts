import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { groupLagBook } from '../../../../src-main/workbench/sampling/group-lag.ts'
import { openLagStore } from '../../../../src-main/workbench/sampling/lag-store.ts'

const noon = Date.parse('2026-11-21T12:00:00Z')
const dayMs = 86_400_000
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brokerbench-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** One group with a lag per partition at a moment. */
function groups(atMs: number, lags: readonly number[], group = 'g') {
  const book = groupLagBook(group, 10)
  const committed = lags.map((_, partition) => ({ topic: 'orders', partition, offset: 0, metadata: null }))
  book.add(atMs, committed, { end: at => lags[at.partition], history: () => undefined })
  return new Map([[group, book]])
}

const open = (atMs = noon, told: string[] = []) =>
  openLagStore(
    folder,
    () => atMs,
    problem => told.push(problem),
  )

describe('lag over days', () => {
  it('is there after a restart, which is marked', async () => {
    const first = open()
    first.add(noon, groups(noon, [5, 7]))
    first.add(noon + 60_000, groups(noon + 60_000, [6, 8]))
    const second = open(noon + 120_000)
    second.add(noon + 130_000, groups(noon + 130_000, [1]))
    const history = await second.read('g', noon, noon + dayMs)
    expect(history.partitions).toEqual([
      { topic: 'orders', partition: 0 },
      { topic: 'orders', partition: 1 },
    ])
    expect(history.samples.map(sample => [sample.atMs - noon, sample.totalLag, sample.lags])).toEqual([
      [0, 12, [5, 7]],
      [60_000, 14, [6, 8]],
      [130_000, 1, [1, null]],
    ])
    expect(history.restartsAtMs).toEqual([noon, noon + 120_000])
    expect((await second.read('g', noon + 1, noon + 100_000)).samples).toHaveLength(1)
    expect((await second.read('other', noon, noon + dayMs)).samples).toEqual([])
  })

  it('is written every 15 s, and for a group without lag only when that changes', async () => {
    const store = open()
    for (let second = 0; second <= 60; second += 1)
      store.add(noon + second * 1_000, groups(noon + second * 1_000, [second < 20 ? 3 : 0]))
    const { samples } = await store.read('g', noon, noon + dayMs)
    expect(samples.map(sample => (sample.atMs - noon) / 1_000)).toEqual([0, 15, 30])
  })

  it('is read although a crash cut its last line off', async () => {
    const store = open()
    store.add(noon, groups(noon, [5]))
    appendFileSync(join(folder, '2026-11-21.jsonl'), '{"t":17,"g":"g","l":[')
    expect((await store.read('g', noon, noon + dayMs)).samples).toHaveLength(1)
  })

  it('keeps 14 days and no file beyond its share of a day', () => {
    for (const name of ['2026-11-06.jsonl', '2026-11-07.jsonl', 'notes.txt']) writeFileSync(join(folder, name), '')
    const store = open()
    expect(readdirSync(folder).sort()).toEqual(['2026-11-07.jsonl', '2026-11-21.jsonl', 'notes.txt'])
    writeFileSync(join(folder, '2026-11-21.jsonl'), 'x'.repeat(8_000_000))
    store.add(noon, groups(noon, [5]))
    expect(statSync(join(folder, '2026-11-21.jsonl')).size).toBe(8_000_000)
  })

  it('says once that it cannot be written, and the app goes on', () => {
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'a file in the way')
    const told: string[] = []
    const store = open(noon, told)
    store.add(noon, groups(noon, [5]))
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(/the lag history cannot be written/)
  })
})
