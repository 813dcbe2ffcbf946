import { array, assert, asyncProperty, constantFrom, integer, record, uniqueArray } from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type IsolationLevel, listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { openPartitionReader } from '../../../broker-core/client/reading/partition-reader.ts'
import { readBackwards } from '../../../broker-core/client/reading/read-backwards.ts'
import { tailPartitions } from '../../../broker-core/client/reading/topic-tail.ts'
import { fetch } from '../../../broker-core/protocol/messages/01-fetch.ts'
import { scriptedCluster, type ScriptedCluster } from './scripted-cluster.ts'
import { ScriptedLog } from './scripted-log.ts'
import { soon } from './soon.ts'

const at = { topic: 't', partition: 0 }
const textOf = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array(0))

/** What a log is made of: batches with gaps, of two producers in transactions that end either way, or never. */
const step = record({
  kind: constantFrom('plain', 'transactional', 'commit', 'abort'),
  producerId: integer({ min: 1, max: 2 }),
  deltas: uniqueArray(integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }),
  compression: constantFrom('none', 'gzip', 'zstd'),
})
// Long enough for transactions of one producer to follow on each other, aborted and committed.
const steps = array(step, { minLength: 8, maxLength: 40, size: 'max' })

interface Model {
  readonly log: ScriptedLog
  readonly all: readonly { readonly offset: number; readonly value: string; readonly producerId: number }[]
}

function logOf(made: Parameters<Parameters<typeof steps.map>[0]>[0]): Model {
  const log = new ScriptedLog()
  const all: { offset: number; value: string; producerId: number }[] = []
  for (const { kind, producerId, deltas, compression } of made) {
    const sorted = [...deltas].sort((a, b) => a - b)
    if (kind === 'commit' || kind === 'abort') log.end(producerId, kind === 'commit')
    else {
      const transactional = kind === 'transactional'
      const values = sorted.map(delta => `${log.endOffset + delta}`)
      const producer = transactional ? { transactional, producerId, producerEpoch: 0, baseSequence: 0 } : {}
      const offsets = log.append(values, { deltas: sorted, compression, ...producer } as Parameters<ScriptedLog['append']>[1])
      offsets.forEach((offset, index) =>
        all.push({ offset, value: values[index] as string, producerId: transactional ? producerId : -1 }),
      )
    }
  }
  return { log, all }
}

/** The values that a reader must see, by the definition of aborted and stable. */
function visible({ log, all }: Model, isolation: IsolationLevel): readonly string[] {
  if (isolation === 'read_uncommitted') return all.map(it => it.value)
  const isAborted = (it: Model['all'][number]): boolean => {
    const of = log.aborted.filter(one => one.producerId === it.producerId && one.firstOffset <= it.offset)
    return of.some(one => it.offset < log.endOfAborted(one))
  }
  return all.filter(it => it.offset < log.lastStableOffset() && !isAborted(it)).map(it => it.value)
}

let cluster: ScriptedCluster
let client: KafkaClient
beforeEach(async () => {
  cluster = await scriptedCluster(1)
  cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1 })
  client = cluster.client()
  await client.refresh(['t'])
})
afterEach(() => client.close())

const isolations = constantFrom<IsolationLevel[]>('read_uncommitted', 'read_committed')

describe('reading forwards', () => {
  it('pages of any size, of fetches of any size, give every visible record once and in order', async () => {
    const sizes = record({ recordsMax: integer({ min: 1, max: 12 }), fetchBytesMax: constantFrom(1, 200, 100_000) })
    const holds = asyncProperty(steps, isolations, sizes, async (made, isolation, { recordsMax, fetchBytesMax }) => {
      const model = logOf(made)
      model.log.serve(cluster)
      const reader = openPartitionReader(client, { ...at, offset: 0, isolation, fetchBytesMax })
      const values: string[] = []
      for (let isAtEnd = false; !isAtEnd; ) {
        const page = await reader.read({ recordsMax })
        expect(page.records.length).toBeLessThanOrEqual(recordsMax)
        values.push(...page.records.map(it => textOf(it.value)))
        expect(page.nextOffset).toBe(reader.position())
        isAtEnd = page.isAtEnd
      }
      expect(values).toEqual(visible(model, isolation))
    })
    await assert(holds, { numRuns: 60 })
  })

  it('stops before endOffset and goes on from there, also within a batch', async () => {
    const holds = asyncProperty(steps, integer({ min: 0, max: 60 }), async (made, endOffset) => {
      const model = logOf(made)
      model.log.serve(cluster)
      const reader = openPartitionReader(client, { ...at, offset: 0 })
      const below = await reader.read({ recordsMax: 1_000, endOffset })
      const rest = await reader.read({ recordsMax: 1_000 })
      expect(below.records.every(it => it.offset < endOffset)).toBe(true)
      expect([...below.records, ...rest.records].map(it => it.offset)).toEqual(model.all.map(it => it.offset))
      expect(rest.records.every(it => it.offset >= endOffset)).toBe(true)
    })
    await assert(holds, { numRuns: 40 })
  })

  it('outcomes of transactions are right whatever was fetched before', async () => {
    const holds = asyncProperty(steps, integer({ min: 0, max: 60 }), async (made, from) => {
      const model = logOf(made)
      model.log.serve(cluster)
      const offset = Math.min(from, model.log.endOffset)
      const page = await openPartitionReader(client, { ...at, offset }).read({ recordsMax: 1_000 })
      const committed = new Set(visible(model, 'read_committed'))
      for (const it of page.records) {
        const isTransactional = model.all.find(one => one.offset === it.offset)?.producerId !== -1
        if (!isTransactional) expect(it.batch.outcome).toBe('none')
        else if (it.offset < model.log.lastStableOffset()) {
          expect(it.batch.outcome).toBe(committed.has(textOf(it.value)) ? 'committed' : 'aborted')
        } else {
          // Behind the last stable offset nobody tells what was committed.
          expect(['open', 'aborted']).toContain(it.batch.outcome)
        }
      }
    })
    await assert(holds, { numRuns: 60 })
  })

  it('bytesMax ends a page after the record that reaches it', async () => {
    const log = new ScriptedLog()
    log.append(['aaaa', 'bbbb', 'cccc', 'dddd'])
    log.serve(cluster)
    const reader = openPartitionReader(client, { ...at, offset: 0 })
    expect((await reader.read({ recordsMax: 10, bytesMax: 5 })).records).toHaveLength(2)
    expect((await reader.read({ recordsMax: 10, bytesMax: 1 })).records).toHaveLength(1)
    expect((await reader.read({ recordsMax: 10 })).records.map(it => textOf(it.value))).toEqual(['dddd'])
  })

  it('asks a second time only where there are transactions, and not at all when told so', async () => {
    const log = new ScriptedLog()
    log.append(['a'])
    log.serve(cluster)
    const count = async (outcomes: boolean) => {
      const before = cluster.count(fetch)
      await openPartitionReader(client, { ...at, offset: 0, outcomes }).read({ recordsMax: 1 })
      return cluster.count(fetch) - before
    }
    expect(await count(true)).toBe(1)
    log.append(['b'], { transactional: true, producerId: 1, producerEpoch: 0, baseSequence: 0 })
    expect(await count(true)).toBe(2)
    expect(await count(false)).toBe(1)
  })
})

describe('a topic that is deleted and created anew', () => {
  const anew = () => {
    cluster.topics.set('t', { leaderId: 1, leaderEpoch: 0, topicId: 'AAAAAAAAAAAAAAAAAAAAAw' })
    const log = new ScriptedLog()
    log.append(['new 0', 'new 1', 'new 2'])
    log.serve(cluster, 'AAAAAAAAAAAAAAAAAAAAAw')
  }
  beforeEach(async () => {
    cluster.topics.set('t', { leaderId: 1, leaderEpoch: 4, topicId: 'AAAAAAAAAAAAAAAAAAAAAg' })
    const log = new ScriptedLog()
    log.append(['old 0', 'old 1'])
    log.serve(cluster)
    await client.refresh(['t'])
  })

  it('is not read on by a reader of the old one, whose offsets mean nothing there', async () => {
    const reader = openPartitionReader(client, { ...at, offset: 0 })
    expect((await reader.read({ recordsMax: 5 })).records).toHaveLength(2)
    anew()
    await expect(reader.read({ recordsMax: 5 })).rejects.toMatchObject({ code: 'INCONSISTENT_TOPIC_ID' })
  })

  it('is followed from its beginning by a tail', async () => {
    const stop = new AbortController()
    const seen: unknown[] = []
    const options = { positions: [{ ...at, offset: 0 }], lane: 'anew', signal: stop.signal, waitMs: 10 }
    const tail = tailPartitions(client, options, ({ fromOffset, skippedFrom, batches }) => {
      seen.push([fromOffset, skippedFrom, batches.at(-1)?.lastOffset])
    })
    await soon(() => seen).toEqual([[0, undefined, 1]])
    anew()
    await client.refresh(['t'])
    await soon(() => seen).toEqual([
      [0, undefined, 1],
      [0, 2, 2],
    ])
    stop.abort()
    await tail
  })
})

describe('offsets', () => {
  it("several questions about one partition do not get in each other's way", async () => {
    const log = new ScriptedLog()
    log.append(['0', '1', '2'])
    log.startOffset = 1
    log.serve(cluster)
    const questions = (['earliest', 'latest', 'earliest'] as const).map(spec => ({ ...at, at: spec }))
    expect((await listOffsets(client, questions)).map(it => it.offset)).toEqual([1, 3, 1])
    const asked = cluster.heard.filter(it => it.api === 'ListOffsets')
    for (const { body } of asked) expect((body as { topics: { partitions: unknown[] }[] }).topics[0]?.partitions).toHaveLength(1)
  })
})

describe('reading backwards', () => {
  it('pages of any size from the end to the start give every visible record once', async () => {
    const holds = asyncProperty(steps, isolations, integer({ min: 1, max: 12 }), async (made, isolation, recordsMax) => {
      const model = logOf(made)
      model.log.serve(cluster)
      let pages: string[] = []
      let beforeOffset: number | undefined
      for (let isAtStart = false; !isAtStart; ) {
        const page = await readBackwards(client, {
          ...at,
          recordsMax,
          isolation,
          ...(beforeOffset === undefined ? {} : { beforeOffset }),
        })
        expect(page.records.length).toBeLessThanOrEqual(recordsMax)
        pages = [...page.records.map(it => textOf(it.value)), ...pages]
        expect(beforeOffset === undefined || page.previousOffset < beforeOffset).toBe(true)
        beforeOffset = page.previousOffset
        isAtStart = page.isAtStart
      }
      expect(pages).toEqual(visible(model, isolation))
    })
    await assert(holds, { numRuns: 25 })
  })

  it('finds a few records far back behind gaps, and keeps to its bytes where records are large', async () => {
    const log = new ScriptedLog()
    log.append(['old', 'last'], { deltas: [0, 5_000], lastOffsetDelta: 9_000 })
    log.serve(cluster)
    const sparse = await readBackwards(client, { ...at, recordsMax: 2 })
    expect(sparse.records.map(it => it.offset)).toEqual([0, 5_000])
    const large = new ScriptedLog()
    for (let i = 0; i < 40; i++) large.append(['x'.repeat(1_000)])
    large.serve(cluster)
    const page = await readBackwards(client, { ...at, recordsMax: 40, bytesMax: 5_500 })
    expect(page.records.map(it => it.offset)).toEqual([35, 36, 37, 38, 39])
    expect(page).toMatchObject({ previousOffset: 35, isAtStart: false })
  })
})

describe('following', () => {
  it('gives what retention skipped, waits for a slow receiver, and ends with the signal', async () => {
    const log = new ScriptedLog()
    log.append(['0', '1', '2'])
    log.append(['3', '4'])
    log.startOffset = 3
    log.serve(cluster)
    const stop = new AbortController()
    const seen: unknown[] = []
    let isBusy = false
    const tail = tailPartitions(
      client,
      { positions: [{ ...at, offset: 1 }], lane: 'slow tail', signal: stop.signal, waitMs: 10 },
      async ({ fromOffset, skippedFrom, batches }) => {
        expect(isBusy).toBe(false)
        isBusy = true
        await new Promise(resolve => setTimeout(resolve, 5))
        isBusy = false
        seen.push([fromOffset, skippedFrom, batches.at(-1)?.lastOffset])
      },
    )
    await soon(() => seen).toEqual([[3, 1, 4]])
    log.append(['5'])
    await soon(() => seen.length).toBe(2)
    expect(seen[1]).toEqual([5, undefined, 5])
    stop.abort()
    await tail
  })

  it('goes on with the other topics when one is deleted, and tells of it', async () => {
    const log = new ScriptedLog()
    log.append(['0'])
    log.serve(cluster)
    const stop = new AbortController()
    const seen: number[] = []
    const troubles: string[] = []
    const positions = [
      { ...at, offset: 0 },
      { topic: 'gone', partition: 0, offset: 0 },
    ]
    const options = { positions, lane: 'two topics', signal: stop.signal, waitMs: 10 }
    const tail = tailPartitions(
      client,
      options,
      ({ fromOffset }) => void seen.push(fromOffset),
      error => troubles.push(error.code),
    )
    await soon(() => seen).toEqual([0])
    log.append(['1'])
    await soon(() => seen).toEqual([0, 1])
    expect(troubles).toContain('UNKNOWN_TOPIC_OR_PARTITION')
    stop.abort()
    await tail
  })

  it('lets no partition starve behind a full one: who had records asks last the next time', async () => {
    cluster.topics.set('full', { leaderId: 1, leaderEpoch: 1 })
    await client.refresh(['t', 'full'])
    const log = new ScriptedLog()
    for (let index = 0; index < 20; index += 1) log.append([`${index}`])
    log.serve(cluster)
    // An answer has room for one batch of the first topic asked for.
    const whole = log.fetchAnswer()
    cluster.answer(fetch, body => {
      const [first, ...rest] = body.topics
      const one = {
        ...body,
        topics:
          first === undefined ? [] : [{ ...first, partitions: first.partitions.map(it => ({ ...it, partitionMaxBytes: 1 })) }],
      }
      const empty = rest.flatMap(
        topic =>
          whole({ ...body, topics: [{ ...topic, partitions: topic.partitions.map(it => ({ ...it, fetchOffset: 20 })) }] })
            .responses,
      )
      return { ...whole(one), responses: [...whole(one).responses, ...empty] }
    })
    const stop = new AbortController()
    const seen: string[] = []
    const positions = [
      { topic: 'full', partition: 0, offset: 0 },
      { ...at, offset: 0 },
    ]
    const tail = tailPartitions(
      client,
      { positions, lane: 'fair', signal: stop.signal, waitMs: 10 },
      ({ topic }) => void seen.push(topic),
    )
    await soon(() => seen.length >= 6).toBe(true)
    stop.abort()
    await tail
    expect(seen.slice(0, 6)).toEqual(['full', 't', 'full', 't', 'full', 't'])
  })

  it('ends with what the receiver throws, and with a topic that was deleted', async () => {
    const log = new ScriptedLog()
    log.append(['0'])
    log.serve(cluster)
    const options = { positions: [{ ...at, offset: 0 }], lane: 'ending', signal: new AbortController().signal, waitMs: 10 }
    const broken = tailPartitions(client, options, () => {
      throw new TypeError('the receiver broke')
    })
    await expect(broken).rejects.toThrow('the receiver broke')
    const gone = tailPartitions(client, { ...options, positions: [{ topic: 'absent', partition: 0, offset: 0 }] }, () => {})
    await expect(gone).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })
})
