import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TopicSummary } from '../../../../src-main/contract/views/topics.ts'
import { listParts, topicsPerPart } from '../../../../src-main/workbench/topics/watch-topics.ts'
import { topicBook } from '../../../../src-renderer/bridge/topic-list.ts'

const topic = (name: string, records: number | null): TopicSummary => ({
  ...{ name, topicId: null, internal: false, partitionCount: 1, replicationFactor: 1, records, sizeBytes: 0 },
  ...{ recordsInPerSecond: 0, cleanupPolicy: null, retentionMs: null, health: 'ok', errors: [] },
})
const round = { asOfMs: 1, missing: [], failure: null }
const byName = (a: TopicSummary, b: TopicSummary) => (a.name < b.name ? -1 : 1)

describe('the list of topics as differences', () => {
  it('is, put together, what there is', () => {
    const lists = fc.array(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e.f', '__g'), fc.option(fc.nat(3))), {
      maxLength: 12,
    })
    fc.assert(
      fc.property(lists, rounds => {
        const told = new Map<string, TopicSummary>()
        const book = topicBook()
        for (const one of rounds) {
          const now = Object.entries(one)
            .map(([name, records]) => topic(name, records))
            .sort(byName)
          for (const part of listParts(told, now, round)) book.take(part)
          expect(book.read().topics).toEqual(now)
        }
      }),
    )
  })

  it('comes in parts, and says nothing of what stayed', () => {
    const told = new Map<string, TopicSummary>()
    const many = Array.from({ length: topicsPerPart + 1 }, (_, at) => topic(`t${String(at).padStart(5, '0')}`, 0))
    const first = listParts(told, many, round)
    expect(first.map(part => [part.changed.length, part.isWhole])).toEqual([
      [topicsPerPart, false],
      [1, true],
    ])
    expect(listParts(told, many, round).map(part => [part.changed, part.removed, part.isWhole])).toEqual([[[], [], true]])
    const book = topicBook()
    for (const part of first) book.take(part)
    const before = book.read().topics
    for (const part of listParts(told, [topic('t00000', 5), ...many.slice(1)], round)) book.take(part)
    const after = book.read().topics
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).toBe(before[1])
  })
})
