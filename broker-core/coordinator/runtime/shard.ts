import { assert } from '../../base/assert.ts'
import type { Clock, Timers } from '../../env/clock.ts'
import type { Compression, Crc32c } from '../../env/codec.ts'
import type { LogSink } from '../../env/log-sink.ts'
import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import type { FactLog } from '../ports.ts'
import { CommitQueue } from './commit-queue.ts'
import { FactBatches } from './fact-batches.ts'
import { factsIn } from './fact-reader.ts'
import type { Decision, Machine, PersistedFact, PersistedMarker, Refusal, Reply, Ticket } from './machine.ts'
import { type FiredTimer, ShardTimers } from './shard-timers.ts'

export interface ShardPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly crc32c: Crc32c
  readonly compression: Compression
  readonly log: LogSink
}

export interface ShardLimits {
  /** Requests that wait for their turn, or parked for a reply. Beyond: COORDINATOR_NOT_AVAILABLE. */
  readonly waitingMax: number
  /** offsets.commit.timeout.ms: how long a reply waits for its facts to be committed. */
  readonly commitTimeoutMs: number
  /** Bytes of log read in one step of loading. */
  readonly loadStepBytes: number
}

export const defaultShardLimits: ShardLimits = { waitingMax: 20_000, commitTimeoutMs: 5_000, loadStepBytes: 256 * 1024 }

type Status = 'loading' | 'active' | 'closed'
/** How long a timer's command that the log refused waits before it is tried again. */
const refusedTimerRetryMs = 1_000

interface Waiter {
  resolve(value: unknown): void
  refuse(error: KafkaErrorName): void
}

type Mail<Command> =
  | { readonly kind: 'command'; readonly ticket: number; readonly command: Command }
  | { readonly kind: 'timer'; readonly timer: FiredTimer<Command> }
  | { readonly kind: 'query'; readonly ticket: number; readonly ask: () => unknown }

/**
 * One machine on one partition of an internal topic, in one leader epoch. The mailbox is emptied once per turn of the event loop:
 * each command is decided on and evolved at once, the facts of all of them are appended together, and the replies leave when the high
 * watermark has passed what was last written; also those without facts, since they may tell of facts that are not committed yet.
 * Where the log would refuse, a command with durable facts is refused before it changes anything.
 */
export class Shard<State, Command, Fact, Effect> {
  readonly partition: number
  readonly leaderEpoch: number
  readonly #machine: Machine<State, Command, Fact, Effect>
  readonly #log: FactLog
  readonly #ports: ShardPorts
  readonly #limits: ShardLimits
  readonly #perform: (effect: Effect) => void
  readonly #timers: ShardTimers<Command>
  readonly #unwatch: () => void
  #commits: CommitQueue
  #batches: FactBatches
  #state: State
  #status: Status = 'loading'
  #mailbox: Mail<Command>[] = []
  #drainScheduled = false
  readonly #waiters = new Map<number, Waiter>()
  #lastTicket = 0
  #unknownRecords = 0
  #hasToldOfUnknown = false

  constructor(
    machine: Machine<State, Command, Fact, Effect>,
    log: FactLog,
    ports: ShardPorts,
    options: { readonly perform: (effect: Effect) => void; readonly limits?: ShardLimits },
  ) {
    this.#machine = machine
    this.#log = log
    this.partition = log.partition
    this.leaderEpoch = log.leaderEpoch
    this.#ports = ports
    this.#limits = options.limits ?? defaultShardLimits
    this.#perform = options.perform
    this.#state = machine.initial()
    this.#timers = new ShardTimers(ports.timers, timer => this.#post({ kind: 'timer', timer }))
    this.#commits = new CommitQueue(ports.timers, this.#limits.commitTimeoutMs)
    this.#batches = new FactBatches(log.batchBytesMax)
    this.#unwatch = log.watchHighWatermark(highWatermark => this.#commits.advance(highWatermark))
    this.#commits.advance(log.highWatermark)
  }

  get status(): Status {
    return this.#status
  }

  /** Reads the log in steps; until it is done every request hears COORDINATOR_LOAD_IN_PROGRESS (TXN-15). */
  load(): void {
    this.#loadStep(this.#log.logStartOffset, this.#ports.clock.monotonicMs())
  }

  /** A request. Resolves with its reply, or with what `refuse` makes of an error of the shard itself. */
  ask<Value>(command: (ticket: Ticket<Value>) => Command, refuse: Refusal<Value>): Promise<Value> {
    return this.#enqueue(refuse, ticket => ({ kind: 'command', ticket, command: command(ticket as Ticket<Value>) }))
  }

  /** A look at the state in its turn; the answer waits for what it saw to be committed. */
  query<Value>(ask: (state: State, nowMs: number) => Value, refuse: Refusal<Value>): Promise<Value> {
    const now = this.#ports.clock
    return this.#enqueue(refuse, ticket => ({ kind: 'query', ticket, ask: () => ask(this.#state, now.nowMs()) }))
  }

  /** Leadership ended. Whoever waits hears `error`. */
  close(error: KafkaErrorName): void {
    if (this.#status === 'closed') return
    this.#status = 'closed'
    this.#unwatch()
    this.#timers.close()
    this.#commits.close()
    this.#mailbox = []
    this.#refuseAll(error)
  }

  /** Asked after each use of the log: a disk that fails under it takes the leadership along. */
  #isClosed(): boolean {
    return this.#status === 'closed'
  }

  #enqueue<Value>(refuse: Refusal<Value>, mail: (ticket: number) => Mail<Command>): Promise<Value> {
    if (this.#status === 'closed') return Promise.resolve(refuse('NOT_COORDINATOR'))
    if (this.#status === 'loading') return Promise.resolve(refuse('COORDINATOR_LOAD_IN_PROGRESS'))
    if (this.#waiters.size >= this.#limits.waitingMax) return Promise.resolve(refuse('COORDINATOR_NOT_AVAILABLE'))
    const ticket = ++this.#lastTicket
    return new Promise<Value>(resolve => {
      this.#waiters.set(ticket, { resolve: value => resolve(value as Value), refuse: error => resolve(refuse(error)) })
      this.#post(mail(ticket))
    })
  }

  #post(mail: Mail<Command>): void {
    if (this.#status !== 'active') return
    this.#mailbox.push(mail)
    if (this.#drainScheduled) return
    this.#drainScheduled = true
    this.#ports.timers.soon(() => {
      this.#drainScheduled = false
      if (this.#status === 'active') this.#drain()
    })
  }

  #drain(): void {
    const mailbox = this.#mailbox
    this.#mailbox = []
    const nowMs = this.#ports.clock.nowMs()
    const replies: Reply[] = []
    const effects: Effect[] = []
    const appendRefusal = this.#log.refusal()
    for (const mail of mailbox) {
      if (mail.kind === 'query') {
        replies.push({ ticket: mail.ticket, value: mail.ask() })
        continue
      }
      if (mail.kind === 'timer' && !mail.timer.take()) continue
      const command = mail.kind === 'timer' ? mail.timer.command : mail.command
      const decision = this.#machine.decide(this.#state, command, nowMs)
      const refusal = this.#apply(decision, appendRefusal, replies, effects)
      if (refusal === undefined) continue
      for (const change of decision.heard ?? []) this.#timers.apply(change)
      this.#refused(mail, refusal)
    }
    if (this.#append(nowMs)) this.#awaitCommit(replies, effects)
  }

  /** Evolves by a decision, or says why its facts cannot be written; then nothing has happened. */
  #apply(
    decision: Decision<Command, Fact, Effect>,
    appendRefusal: KafkaErrorName | undefined,
    replies: Reply[],
    effects: Effect[],
  ): KafkaErrorName | undefined {
    const durable: PersistedFact[] = []
    for (const fact of decision.facts) {
      const persisted = this.#machine.encode(fact)
      if (persisted !== undefined) durable.push(persisted)
    }
    if (durable.length > 0 && appendRefusal !== undefined) return asCoordinatorError(appendRefusal)
    if (!durable.every(fact => this.#batches.fits(fact))) return 'UNKNOWN_SERVER_ERROR'
    for (const fact of durable) {
      const fenced = this.#fencedBy(fact)
      if (fenced !== undefined) return fenced
    }
    for (const fact of durable) this.#batches.add(fact)
    for (const fact of decision.facts) this.#machine.evolve(this.#state, fact)
    for (const change of decision.timers) this.#timers.apply(change)
    replies.push(...decision.replies)
    effects.push(...decision.effects)
    return undefined
  }

  /** What the log would let into another transaction than it is for. */
  #fencedBy(fact: PersistedFact): KafkaErrorName | undefined {
    const ahead = fact.producer && this.#batches.markerOf(fact.producer.producerId)
    const refusal = ahead && fencedByMarker(fact, ahead)
    if (refusal !== undefined) return refusal
    if (fact.kind === 'marker') return this.#log.markerRefusal({ ...fact.producer, ...fact })
    return fact.producer !== undefined && this.#log.isZombie(fact.producer) ? 'INVALID_PRODUCER_EPOCH' : undefined
  }

  #refused(mail: Mail<Command>, error: KafkaErrorName): void {
    if (mail.kind === 'timer') {
      this.#timers.apply({ key: mail.timer.key, delayMs: refusedTimerRetryMs, command: mail.timer.command })
    } else {
      this.#refuse(mail.ticket, error)
    }
  }

  /** False: the log refused although it had promised to take it; the state is ahead of the log and is loaded anew. */
  #append(nowMs: number): boolean {
    for (const batch of this.#batches.take(nowMs, this.#ports)) {
      const result = this.#log.append(batch)
      if (result.ok) continue
      if (this.#isClosed()) return false
      const { partition, leaderEpoch } = this
      this.#ports.log.write('warn', 'coordinator.append-failed', { partition, leaderEpoch, error: result.error })
      this.#startOver(asCoordinatorError(result.error))
      return false
    }
    return true
  }

  #awaitCommit(replies: readonly Reply[], effects: readonly Effect[]): void {
    if (replies.length === 0 && effects.length === 0) return
    this.#commits.push({
      offset: this.#log.logEndOffset - 1,
      release: () => {
        for (const { ticket, value } of replies) this.#release(ticket, value)
      },
      expire: () => {
        const error = this.#status === 'closed' ? 'NOT_COORDINATOR' : 'COORDINATOR_NOT_AVAILABLE'
        for (const { ticket } of replies) this.#refuse(ticket, error)
      },
      perform: () => {
        if (this.#status === 'active') for (const effect of effects) this.#perform(effect)
      },
    })
  }

  #startOver(error: KafkaErrorName): void {
    this.#status = 'loading'
    this.#timers.close()
    this.#commits.close()
    this.#commits = new CommitQueue(this.#ports.timers, this.#limits.commitTimeoutMs)
    this.#commits.advance(this.#log.highWatermark)
    this.#batches = new FactBatches(this.#log.batchBytesMax)
    this.#mailbox = []
    this.#state = this.#machine.initial()
    this.#unknownRecords = 0
    this.#refuseAll(error)
    this.load()
  }

  #release(ticket: number, value: unknown): void {
    const waiter = this.#waiters.get(ticket)
    this.#waiters.delete(ticket)
    waiter?.resolve(value)
  }

  #refuse(ticket: number, error: KafkaErrorName): void {
    const waiter = this.#waiters.get(ticket)
    this.#waiters.delete(ticket)
    waiter?.refuse(error)
  }

  #refuseAll(error: KafkaErrorName): void {
    for (const ticket of [...this.#waiters.keys()]) this.#refuse(ticket, error)
  }

  #loadStep(fromOffset: number, startedMs: number): void {
    if (this.#status !== 'loading') return
    const { chunks, nextOffset } = this.#log.read(fromOffset, this.#limits.loadStepBytes)
    if (this.#isClosed()) return
    for (const chunk of chunks) {
      for (const { persisted, timestampMs } of factsIn(chunk, this.#ports.compression)) this.#loadFact(persisted, timestampMs)
    }
    assert(chunks.length === 0 || nextOffset > fromOffset, 'a log that has data moves forward')
    if (chunks.length > 0) {
      this.#ports.timers.soon(() => this.#loadStep(nextOffset, startedMs))
      return
    }
    this.#loaded(startedMs)
  }

  #loadFact(persisted: PersistedFact, timestampMs: number): void {
    const fact = this.#machine.decode(persisted, timestampMs)
    if (fact === undefined) this.#unknownRecords++
    else this.#machine.evolve(this.#state, fact)
  }

  #loaded(startedMs: number): void {
    const { partition, leaderEpoch } = this
    const { clock, log } = this.#ports
    this.#status = 'active'
    if (this.#unknownRecords > 0 && !this.#hasToldOfUnknown) {
      this.#hasToldOfUnknown = true
      log.write('warn', 'coordinator.unknown-records', { partition, count: this.#unknownRecords })
    }
    log.write('debug', 'coordinator.loaded', { partition, leaderEpoch, tookMs: Math.round(clock.monotonicMs() - startedMs) })
    const effects: Effect[] = []
    const replies: Reply[] = []
    const decision = this.#machine.loaded(this.#state, clock.nowMs())
    assert(!decision.facts.some(fact => this.#machine.encode(fact) !== undefined), 'loading writes nothing')
    this.#apply(decision, undefined, replies, effects)
    this.#awaitCommit(replies, effects)
  }
}

/** What the log will say once it has `ahead`. */
function fencedByMarker(fact: PersistedFact, ahead: PersistedMarker): KafkaErrorName | undefined {
  const epoch = fact.producer?.producerEpoch ?? 0
  if (epoch < ahead.producer.producerEpoch) return 'INVALID_PRODUCER_EPOCH'
  const isSuperseded = fact.kind === 'marker' && fact.coordinatorEpoch < ahead.coordinatorEpoch
  return isSuperseded ? 'TRANSACTION_COORDINATOR_FENCED' : undefined
}

/** How a coordinator words an error of its log (as Kafka does). */
export function asCoordinatorError(error: KafkaErrorName): KafkaErrorName {
  switch (error) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'NOT_ENOUGH_REPLICAS':
    case 'NOT_ENOUGH_REPLICAS_AFTER_APPEND':
    case 'REQUEST_TIMED_OUT':
      return 'COORDINATOR_NOT_AVAILABLE'
    case 'NOT_LEADER_OR_FOLLOWER':
    case 'FENCED_LEADER_EPOCH':
    case 'KAFKA_STORAGE_ERROR':
      return 'NOT_COORDINATOR'
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
    case 'INVALID_FETCH_SIZE':
      return 'UNKNOWN_SERVER_ERROR'
    default:
      return error
  }
}
