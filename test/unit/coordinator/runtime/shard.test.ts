import { describe, expect, it } from 'vitest'
import { factsIn } from '../../../../broker-core/coordinator/runtime/fact-reader.ts'
import {
  type Decision,
  type Machine,
  nothing,
  type PersistedFact,
  replyTo,
  type Ticket,
} from '../../../../broker-core/coordinator/runtime/machine.ts'
import { partitionFor } from '../../../../broker-core/coordinator/runtime/partitioner.ts'
import { defaultShardLimits, type ShardLimits } from '../../../../broker-core/coordinator/runtime/shard.ts'
import { Shards } from '../../../../broker-core/coordinator/runtime/shards.ts'
import { type Ground, ground, MemoryFactLog } from '../ground.ts'

/** Keeps a sum. Adding is durable, noting is not; a decision may set a timer and ask for an effect. */
interface Sum {
  total: number
  noted: number
}
type Fact = { readonly kind: 'added' | 'noted'; readonly by: number; readonly producerId?: number; readonly ends?: boolean }
type Command =
  | { readonly kind: 'add'; readonly facts: readonly Fact[]; readonly ticket?: Ticket<string>; readonly effect?: string }
  | {
      readonly kind: 'alarm'
      readonly key: string
      readonly delayMs: number
      readonly by: number
      readonly ticket: Ticket<string>
    }

const text = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array())
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

const machine: Machine<Sum, Command, Fact, string> = {
  initial: () => ({ total: 0, noted: 0 }),
  decide(_state, command): Decision<Command, Fact, string> {
    if (command.kind === 'alarm') {
      const { by, delayMs, key, ticket } = command
      const timer = { key, delayMs, command: { kind: 'add', facts: [{ kind: 'added', by }] } } as const
      return { ...nothing, timers: [timer], replies: [replyTo(ticket, 'set')] }
    }
    return {
      ...nothing,
      facts: command.facts,
      replies: command.ticket === undefined ? [] : [replyTo(command.ticket, 'done')],
      effects: command.effect === undefined ? [] : [command.effect],
    }
  },
  evolve(state, { by, kind }) {
    if (kind === 'added') state.total += by
    else state.noted += by
  },
  encode({ by, ends, kind, producerId }): PersistedFact | undefined {
    if (kind === 'noted') return undefined
    const producer = { producerId: producerId ?? 0, producerEpoch: 0 }
    if (ends === true) return { kind: 'marker', producer, coordinatorEpoch: 1, committed: true }
    const record = { kind: 'record', key: bytes('k'), value: bytes(`${by}`.padEnd(by > 1_000 ? by : 1)) } as const
    return producerId === undefined ? record : { ...record, producer }
  },
  decode(persisted) {
    if (persisted.kind === 'marker') return { kind: 'added', by: 0 }
    const by = Number(text(persisted.value))
    return Number.isNaN(by) ? undefined : { kind: 'added', by }
  },
  loaded: () => nothing,
}

interface Rig {
  readonly at: Ground
  readonly shards: Shards<Sum, Command, Fact, string>
  readonly performed: string[]
  log: MemoryFactLog
}

async function rig(limits: Partial<ShardLimits> = {}, log = new MemoryFactLog(0, 1)): Promise<Rig> {
  const at = ground()
  const performed: string[] = []
  const shards = new Shards<Sum, Command, Fact, string>({
    machine: () => machine,
    ports: at,
    partitionOf: key => (key === 'nowhere' ? undefined : key === 'elsewhere' ? 7 : 0),
    perform: effect => performed.push(effect),
    limits: { ...defaultShardLimits, ...limits },
  })
  shards.elected(log)
  await at.time.settle()
  return { at, shards, performed, log }
}

/** What has been heard so far; undefined: nothing. */
function add(on: Rig, facts: readonly Fact[], effect?: string): { heard: string | undefined } {
  const seen: { heard: string | undefined } = { heard: undefined }
  void on.shards
    .ask<string>(
      'here',
      ticket => ({ kind: 'add', facts, ticket, ...(effect === undefined ? {} : { effect }) }),
      error => error,
    )
    .then(value => (seen.heard = value))
  return seen
}

const look = async (on: Rig): Promise<Sum | string> => {
  const answer = on.shards.query<Sum | string>(
    'here',
    state => ({ ...state }),
    error => error,
  )
  await on.at.time.settle()
  return answer
}

function logOf(batchBytesMax: number): MemoryFactLog {
  const log = new MemoryFactLog(0, 1)
  log.batchBytesMax = batchBytesMax
  return log
}

const added = (by: number): Fact => ({ kind: 'added', by })

describe('a shard', () => {
  it('answers when what it decided is committed, and not before', async () => {
    const on = await rig()
    on.log.commitsAtOnce = false
    const reply = add(on, [added(3)], 'told')
    await on.at.time.settle()
    expect([reply.heard, on.performed]).toEqual([undefined, []])
    on.log.commit()
    await on.at.time.settle()
    expect([reply.heard, on.performed]).toEqual(['done', ['told']])
  })

  it('an answer without facts waits for the facts before it, since it may tell of them', async () => {
    const on = await rig()
    on.log.commitsAtOnce = false
    add(on, [added(3)])
    let seen: unknown
    void on.shards
      .query(
        'here',
        state => state.total,
        () => -1,
      )
      .then(total => (seen = total))
    await on.at.time.settle()
    expect(seen).toBeUndefined()
    on.log.commit()
    await on.at.time.settle()
    expect(seen).toBe(3)
  })

  it('appends what gathered in one turn as one batch', async () => {
    const on = await rig()
    const replies = Array.from({ length: 100 }, (_, index) => add(on, [added(index)]))
    await on.at.time.settle()
    expect(replies.every(({ heard }) => heard === 'done')).toBe(true)
    expect(on.log.batches.length).toBe(1)
  })

  it('splits batches where the producer changes, where a marker stands, and at the size that the log takes', async () => {
    const on = await rig({}, logOf(4_000))
    const of = (producerId: number, ends = false): Fact => ({ kind: 'added', by: 1, producerId, ends })
    add(on, [added(1), of(7), of(7), of(8), of(7, true), added(1_500), added(1_500), added(1_500)])
    await on.at.time.settle()
    const read = on.log.batches.map(batch => [...factsIn(batch, on.at.compression)].map(({ persisted }) => persisted))
    expect(read.map(batch => batch.length)).toEqual([1, 2, 1, 1, 2, 1])
    expect(read[3]?.[0]).toEqual({
      ...{ kind: 'marker', producer: { producerId: 7, producerEpoch: 0 }, coordinatorEpoch: 1, committed: true },
    })
    expect(on.log.batches.every(batch => batch.length <= 4_000)).toBe(true)
  })

  it('a fact that no batch can hold is refused and changes nothing', async () => {
    const on = await rig({}, logOf(2_000))
    const reply = add(on, [added(1), added(5_000)])
    expect(await look(on)).toEqual({ total: 0, noted: 0 })
    expect(reply.heard).toBe('UNKNOWN_SERVER_ERROR')
  })

  it.each([
    ['NOT_ENOUGH_REPLICAS', 'COORDINATOR_NOT_AVAILABLE'],
    ['NOT_LEADER_OR_FOLLOWER', 'NOT_COORDINATOR'],
    ['KAFKA_STORAGE_ERROR', 'NOT_COORDINATOR'],
  ] as const)('where the log would refuse (%s) durable facts are refused (%s), soft ones are not', async (error, told) => {
    const on = await rig()
    on.log.refuses = error
    const durable = add(on, [added(1), { kind: 'noted', by: 1 }])
    const soft = add(on, [{ kind: 'noted', by: 5 }])
    expect(await look(on)).toEqual({ total: 0, noted: 5 })
    expect([durable.heard, soft.heard]).toEqual([told, 'done'])
  })

  it('a log that refuses although it promised to take it: the state is loaded anew, whoever waits hears of it', async () => {
    const on = await rig()
    add(on, [added(2), { kind: 'noted', by: 1 }])
    await on.at.time.settle()
    const append = on.log.append.bind(on.log)
    on.log.append = () => ({ ok: false, error: 'NOT_LEADER_OR_FOLLOWER' })
    const reply = add(on, [added(40)])
    await on.at.time.settle()
    on.log.append = append
    expect(reply.heard).toBe('NOT_COORDINATOR')
    expect(await look(on)).toEqual({ total: 2, noted: 0 })
    expect(on.at.logged.some(line => line.includes('coordinator.append-failed'))).toBe(true)
  })

  it('what is not committed in time is answered with COORDINATOR_NOT_AVAILABLE; its effects still follow the commit', async () => {
    const on = await rig({ commitTimeoutMs: 5_000 })
    on.log.commitsAtOnce = false
    const reply = add(on, [added(1)], 'told')
    await on.at.time.advance(2_400)
    expect(reply.heard).toBeUndefined()
    await on.at.time.advance(2_700)
    expect([reply.heard, on.performed]).toEqual(['COORDINATOR_NOT_AVAILABLE', []])
    on.log.commit()
    expect(on.performed).toEqual(['told'])
  })

  it('more waiting requests than the limit are refused', async () => {
    const on = await rig({ waitingMax: 3 })
    on.log.commitsAtOnce = false
    const replies = Array.from({ length: 5 }, () => add(on, [added(1)]))
    await on.at.time.settle()
    expect(replies.map(({ heard }) => heard)).toEqual([
      ...[undefined, undefined, undefined],
      ...['COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_NOT_AVAILABLE'],
    ])
  })
})

describe('timers of a shard', () => {
  const alarm = (on: Rig, key: string, delayMs: number, by: number): Promise<string> =>
    on.shards.ask<string>(
      'here',
      ticket => ({ kind: 'alarm', key, delayMs, by, ticket }),
      error => error,
    )

  it('setting a key again takes back what has fired and waits for its turn', async () => {
    const on = await rig()
    // Both are due at the same time: the new setting comes first, and finds the firing behind it in the mailbox.
    on.at.time.after(1_000, () => void alarm(on, 'a', 1_000, 100))
    void alarm(on, 'a', 1_000, 1)
    await on.at.time.advance(1_500)
    expect(await look(on)).toEqual({ total: 0, noted: 0 })
    await on.at.time.advance(1_000)
    expect(await look(on)).toEqual({ total: 100, noted: 0 })
  })

  it('run once; setting a key again takes the earlier one back', async () => {
    const on = await rig()
    void alarm(on, 'a', 1_000, 1)
    void alarm(on, 'b', 1_000, 10)
    await on.at.time.advance(500)
    void alarm(on, 'a', 1_000, 100)
    await on.at.time.advance(800)
    expect(await look(on)).toEqual({ total: 10, noted: 0 })
    await on.at.time.advance(5_000)
    expect(await look(on)).toEqual({ total: 110, noted: 0 })
  })

  it('come again when the log refused what they bring about', async () => {
    const on = await rig()
    void alarm(on, 'a', 1_000, 1)
    await on.at.time.settle()
    on.log.refuses = 'NOT_ENOUGH_REPLICAS'
    await on.at.time.advance(3_500)
    on.log.refuses = undefined
    expect(await look(on)).toEqual({ total: 0, noted: 0 })
    await on.at.time.advance(1_000)
    expect(await look(on)).toEqual({ total: 1, noted: 0 })
  })

  it('end with the leadership', async () => {
    const on = await rig()
    void alarm(on, 'a', 1_000, 1)
    await on.at.time.settle()
    on.shards.resigned(0, 1)
    await on.at.time.advance(2_000)
    expect(on.log.batches).toEqual([])
  })
})

describe('leaderships', () => {
  it('TXN-15: a new one loads the log in bounded steps; until then everybody hears so', async () => {
    const first = await rig()
    for (let i = 0; i < 40; i++) {
      add(first, [added(2_000)])
      await first.at.time.settle()
    }
    const successor = first.log.successor()
    let reads = 0
    const read = successor.read.bind(successor)
    successor.read = (fromOffset, maxBytes) => {
      reads++
      expect(maxBytes).toBe(10_000)
      return read(fromOffset, maxBytes)
    }
    const second = await rig({ loadStepBytes: 10_000 }, new MemoryFactLog(0, 1))
    second.shards.elected(successor)
    expect(
      await second.shards.query<unknown>(
        'here',
        state => state,
        error => error,
      ),
    ).toBe('COORDINATOR_LOAD_IN_PROGRESS')
    await second.at.time.settle()
    expect(await look({ ...second, log: successor })).toEqual({ total: 80_000, noted: 0 })
    expect(reads).toBeGreaterThan(8)
  })

  it('TXN-15: one that ends while it loads stays ended: what it has read of the log is not the state', async () => {
    const { at, log } = await rig()
    const performed: string[] = []
    const shards = new Shards<Sum, Command, Fact, string>({
      machine: () => ({ ...machine, loaded: () => ({ ...nothing, effects: ['sent markers'] }) }),
      ports: at,
      partitionOf: () => 0,
      perform: effect => performed.push(effect),
    })
    const successor = log.successor()
    // The disk fails under the read, and takes the leadership along.
    successor.read = fromOffset => {
      shards.resigned(0, successor.leaderEpoch)
      return { chunks: [], nextOffset: fromOffset }
    }
    shards.elected(successor)
    await at.time.settle()
    expect(performed).toEqual([])
  })

  it('TXN-15: one that ends while it writes stays ended, and reads nothing anew', async () => {
    const on = await rig()
    let reads = 0
    on.log.read = nextOffset => {
      reads++
      return { chunks: [], nextOffset }
    }
    on.log.append = () => {
      on.shards.resigned(0, 1)
      return { ok: false, error: 'KAFKA_STORAGE_ERROR' }
    }
    const reply = add(on, [added(1)])
    await on.at.time.settle()
    expect([reply.heard, reads]).toEqual(['NOT_COORDINATOR', 0])
  })

  it('what a former leader wrote and nobody committed is shown only once it is committed', async () => {
    const first = await rig()
    first.log.commitsAtOnce = false
    add(first, [added(5)])
    await first.at.time.settle()
    const successor = first.log.successor()
    successor.hold(0)
    const second = await rig({}, successor)
    let seen: unknown
    void second.shards
      .query(
        'here',
        state => state.total,
        () => -1,
      )
      .then(total => (seen = total))
    await second.at.time.settle()
    expect(seen).toBeUndefined()
    successor.commit()
    await second.at.time.settle()
    expect(seen).toBe(5)
  })

  it('requests for others are sent away; without the topic nobody is there', async () => {
    const on = await rig()
    const ask = (key: string) =>
      on.shards.query<unknown>(
        key,
        state => state,
        error => error,
      )
    expect(await ask('elsewhere')).toBe('NOT_COORDINATOR')
    expect(await ask('nowhere')).toBe('COORDINATOR_NOT_AVAILABLE')
  })

  it('an older leadership does not replace a newer one, nor ends it', async () => {
    const on = await rig({}, new MemoryFactLog(0, 5))
    add(on, [added(1)])
    on.shards.elected(new MemoryFactLog(0, 4))
    on.shards.resigned(0, 4)
    expect(await look(on)).toEqual({ total: 1, noted: 0 })
    on.shards.resigned(0, 5)
    expect(await look(on)).toBe('NOT_COORDINATOR')
  })

  it('whoever waits when it ends hears NOT_COORDINATOR', async () => {
    const on = await rig()
    on.log.commitsAtOnce = false
    const reply = add(on, [added(1)], 'told')
    await on.at.time.settle()
    on.shards.resigned(0, 1)
    on.log.commit()
    await on.at.time.settle()
    expect([reply.heard, on.performed]).toEqual(['NOT_COORDINATOR', []])
  })
})

describe('the partition of a key', () => {
  // Kafka's own figures, from its class Utils: half of all keys have a negative hash, of which it takes the absolute value.
  it.each([
    ['', 0],
    ['a', 47],
    ['readers', 28],
    ['my-group', 12],
    ['shop-orders', 44],
    ['writer-1', 29],
    // The hash code -2^31, whose absolute value would not be positive in Java.
    ['polygenelubricants', 0],
  ])('INT-02: Apache Kafka keeps %s in %i of 50, and so do we', (key, partition) => {
    expect(partitionFor(key, 50)).toBe(partition)
  })
})
