import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JoinReply, SyncReply } from '../../../../broker-core/coordinator/groups/classic/classic-group.ts'
import type { KafkaErrorName } from '../../../../broker-core/model/kafka-errors.ts'
import {
  groupGround,
  type GroupGround,
  heartbeat,
  join,
  leave,
  now,
  stateOf,
  sync,
  text,
  type Watched,
  watch,
} from './group-ground.ts'

/** What leaders handed out in a generation; leaders of one generation are counted. */
interface Book {
  readonly leaders: Map<number, Set<string>>
  /** Generations that a failover may have forgotten begin again. */
  forget(): void
}

/** A member as clients are: one request at a time, and an answer decides what comes next. */
class Client {
  readonly #at: GroupGround
  readonly #book: Book
  readonly #apiVersion: number
  memberId = ''
  generationId = -1
  phase: 'out' | 'joining' | 'joined' | 'syncing' | 'stable' = 'out'
  assignment = ''
  #asked: Watched<unknown> | undefined
  #joined: JoinReply | undefined

  constructor(at: GroupGround, book: Book, apiVersion: number) {
    this.#at = at
    this.#book = book
    this.#apiVersion = apiVersion
  }

  get identity() {
    return { memberId: this.memberId, generationId: this.generationId }
  }

  /** Sends the next request, unless one is under way. */
  async act(): Promise<void> {
    await this.listen()
    if (this.phase === 'out') {
      this.phase = 'joining'
      this.#asked = watch(join(this.#at, { memberId: this.memberId, apiVersion: this.#apiVersion, rebalanceTimeoutMs: 8_000 }))
    } else if (this.phase === 'joined') {
      this.phase = 'syncing'
      const members = this.#joined?.members ?? []
      const assignments = members.map(({ memberId }) => [memberId, `${this.generationId}:${memberId}`])
      this.#asked = watch(sync(this.#at, this.identity, Object.fromEntries(assignments)))
    } else if (this.phase === 'stable') {
      this.#refused(await now(this.#at, heartbeat(this.#at, this.identity)))
    }
    await this.listen()
  }

  /** Takes an answer that has come. */
  async listen(): Promise<void> {
    await this.#at.time.settle()
    if (this.#asked?.isThere !== true) return
    const answer = this.#asked.value
    this.#asked = undefined
    if (this.phase === 'joining') this.#joinAnswered(answer as JoinReply)
    else if (this.phase === 'syncing') this.#syncAnswered(answer as SyncReply)
  }

  async leave(): Promise<void> {
    if (this.phase === 'stable') await now(this.#at, leave(this.#at, this.identity))
    this.die()
  }

  /** Falls silent; what is still answered, nobody hears. */
  die(): void {
    this.memberId = ''
    this.phase = 'out'
    this.#asked = undefined
  }

  #joinAnswered(reply: JoinReply): void {
    if (this.#refused(reply.error, reply.memberId)) return
    this.phase = 'joined'
    this.memberId = reply.memberId
    this.generationId = reply.generationId
    this.#joined = reply
    if (reply.leader !== reply.memberId) {
      expect(reply.members).toEqual([])
      return
    }
    expect(reply.members.map(({ memberId }) => memberId)).toContain(reply.memberId)
    const leaders = this.#book.leaders.get(reply.generationId) ?? new Set()
    this.#book.leaders.set(reply.generationId, leaders.add(reply.memberId))
    expect(leaders.size, `one leader in generation ${reply.generationId}`).toBe(1)
  }

  #syncAnswered(reply: SyncReply): void {
    if (this.#refused(reply.error)) return
    this.phase = 'stable'
    this.assignment = text(reply.assignment)
    expect(this.assignment, 'what the leader of this generation gave').toBe(`${this.generationId}:${this.memberId}`)
  }

  #refused(error: KafkaErrorName, memberId = this.memberId): boolean {
    if (error === 'NONE') return false
    if (error === 'UNKNOWN_MEMBER_ID') this.memberId = ''
    else if (error === 'MEMBER_ID_REQUIRED') this.memberId = memberId
    else {
      const expected: readonly KafkaErrorName[] = [
        ...(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE'] as const),
      ]
      expect(expected).toContain(error)
    }
    this.phase = 'out'
    return true
  }
}

const who = fc.nat(3)
const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('act' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('1 s' as const, '4 s' as const, '12 s' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('failover' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('log refuses' as const), who }) },
)

async function apply(
  at: GroupGround,
  clients: readonly Client[],
  book: Book,
  { kind, who: index }: { kind: string; who: number },
): Promise<void> {
  const client = clients[index]!
  if (kind === 'act') await client.act()
  else if (kind === 'die') client.die()
  else if (kind === 'leave') await client.leave()
  else if (kind === 'failover') {
    await at.failover()
    book.forget()
  } else if (kind === 'log refuses') at.facts.refuses = at.facts.refuses === undefined ? 'NOT_ENOUGH_REPLICAS' : undefined
  else await at.time.advance(Number.parseInt(kind, 10) * 1_000)
  for (const each of clients) await each.listen()
}

describe('classic groups under random clients', () => {
  it('GRP-04, GRP-09, GRP-13: one leader per generation, everybody gets what it gave, and the group settles in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.constantFrom(3, 9), async (steps, apiVersion) => {
        const at = await groupGround({ initialRebalanceDelayMs: 1_000 })
        const leaders = new Map<number, Set<string>>()
        const book: Book = { leaders, forget: () => leaders.clear() }
        const clients = Array.from({ length: 4 }, () => new Client(at, book, apiVersion))
        for (const each of steps) await apply(at, clients, book, each)
        at.facts.refuses = undefined
        for (let round = 0; round < 40; round++) {
          for (const client of clients) await client.act()
          await at.time.advance(1_000)
          for (const client of clients) await client.listen()
        }
        expect(clients.map(({ phase }) => phase)).toEqual(clients.map(() => 'stable'))
        expect(new Set(clients.map(({ generationId }) => generationId)).size).toBe(1)
        expect(await stateOf(at)).toBe('Stable')
      }),
      { numRuns: 60 },
    )
  }, 30_000)
})
