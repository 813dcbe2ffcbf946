import { randomBytes } from 'node:crypto'
import { topicConfigs } from '../../../broker-core/client/admin/configs.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { Cut, RecordPage, RecordSession } from '../../contract/views/records.ts'
import type { Decoding } from '../decoders/decoding.ts'
import { badInput, notFound, reasonOf, refused } from '../failures.ts'
import type { Asker, CallContext } from '../handlers.ts'
import { backwardLane, forwardLane, tolerantLane } from './lane.ts'
import type { Lane, LaneOptions, PartitionBounds } from './lane.ts'
import { kafkaSource } from './kafka-source.ts'
import type { LogRecord } from './log-record.ts'
import { pageOfLanes } from './page.ts'
import type { PartitionSource } from './partition-source.ts'
import { rangedSource } from './ranged-source.ts'
import { rowColumns } from './row-columns.ts'
import type { RowColumns } from './row-columns.ts'
import { chosenPartitions, sessionStart } from './session-start.ts'

const sessionsMax = 256
const sessionsPerWindowMax = 64
const idleMs = 900_000
const sweepEveryMs = 60_000
/** Read at once over all lanes of a page; a lane takes its share, but never less than a useful read. */
const readBytesMax = 8_388_608
const laneBytesMin = 65_536
const laneBytesMax = 524_288

interface Session {
  readonly asker: string
  readonly source: PartitionSource
  readonly partitions: readonly number[]
  readonly wanted: (record: LogRecord) => boolean
  readonly decoding: Decoding
  readonly columns: RowColumns
  readonly bounds: PartitionBounds[]
  /** Lanes as the last page in each direction left them: the next page goes on with what they have read ahead. */
  readonly standing: Map<'forward' | 'backward', { readonly lanes: readonly Lane[]; readonly cut: Cut }>
  /** Partitions that the present page could not read, in words. */
  missing: string[]
  /** Pages of one session come one after the other. */
  last: Promise<unknown>
  usedAtMs: number
}

export interface RecordSessions {
  open(client: KafkaClient, order: ParsedOf<'records.open'>, decoding: Decoding, context: CallContext): Promise<RecordSession>
  page(order: ParsedOf<'records.page'>, signal: AbortSignal): Promise<RecordPage>
  close(session: string): void
  /** Forgets all. */
  stop(): void
}

/** Readings under way. At most `sessionsMax`, `sessionsPerWindowMax` of one window: the one unused longest makes room. */
export function recordSessions(nowMs: () => number): RecordSessions {
  const sessions = new Map<string, Session>()
  const sweeper = setInterval(() => {
    for (const [id, session] of sessions) if (nowMs() - session.usedAtMs > idleMs) sessions.delete(id)
  }, sweepEveryMs)
  sweeper.unref()
  const watched = new WeakSet<Asker>()
  const forgetWhenGone = (asker: Asker) => {
    if (watched.has(asker)) return
    watched.add(asker)
    asker.onGone(() => {
      for (const [id, session] of sessions) if (session.asker === asker.id) sessions.delete(id)
    })
  }
  return {
    async open(client, order, decoding, context) {
      const { signal, asker } = context
      const topic = await client.topic(order.topic, { signal })
      const partitions = chosenPartitions(order.partitions, topic.partitions.length)
      const columns = rowColumns(order, decoding)
      const question = {
        topic: order.topic,
        partitions,
        isolation: order.isolation,
        start: order.start,
        untilMs: order.untilMs,
        signal,
      }
      const [{ ranges, unreadable: _unreadable, ...start }, timestampType] = await Promise.all([
        sessionStart(client, question),
        timestampTypeOf(client, order.topic, signal),
      ])
      makeRoom(sessions, asker.id)
      const id = randomBytes(12).toString('base64url')
      const source = rangedSource(kafkaSource(client, order.topic, order.isolation), ranges)
      const wanted = wantedBy(order)
      const made = { asker: asker.id, source, partitions, wanted, decoding, columns, bounds: [...start.partitions] }
      sessions.set(id, newSession(made, nowMs()))
      forgetWhenGone(asker)
      return {
        session: id,
        topic: order.topic,
        ...start,
        timestampType,
        startedAtMs: order.start.kind === 'time' ? order.start.timestampMs : null,
        recordsAtMost: start.partitions.reduce((sum, it) => sum + it.endOffset - it.startOffset, 0),
      }
    },
    async page(order, signal) {
      const session = sessions.get(order.session)
      if (session === undefined) throw notFound('this reading has ended; open the topic again')
      if (order.from.length !== session.partitions.length) throw badInput(`from: ${session.partitions.length} offsets are needed`)
      session.usedAtMs = nowMs()
      const result = session.last.then(
        () => pageOf(session, order, signal, nowMs),
        () => pageOf(session, order, signal, nowMs),
      )
      session.last = result.catch(() => undefined)
      return await result
    },
    close: session => void sessions.delete(session),
    stop() {
      clearInterval(sweeper)
      sessions.clear()
    },
  }
}

const newSession = (made: Omit<Session, 'standing' | 'missing' | 'last' | 'usedAtMs'>, usedAtMs: number): Session => ({
  ...made,
  standing: new Map(),
  missing: [],
  last: Promise.resolve(),
  usedAtMs,
})

async function pageOf(
  session: Session,
  order: ParsedOf<'records.page'>,
  signal: AbortSignal,
  nowMs: () => number,
): Promise<RecordPage> {
  const startMs = nowMs()
  signal.throwIfAborted()
  session.missing = []
  const lanes = lanesFor(session, order)
  session.standing.delete(order.direction)
  const bytesMax = Math.min(laneBytesMax, Math.max(laneBytesMin, Math.floor(readBytesMax / lanes.length)))
  const page = await pageOfLanes(lanes, { ...order, read: { bytesMax, signal } }, session.decoding, session.columns)
  for (const [index, lane] of lanes.entries()) session.bounds[index] = lane.bounds
  const cut = order.direction === 'forward' ? page.end : page.start
  session.standing.set(order.direction, { lanes, cut })
  return { ...page, missing: session.missing, tookMs: nowMs() - startMs }
}

/** Those of the page before when this page goes on where it ended; used-up ones anew, because their partition may have grown. */
function lanesFor(session: Session, order: ParsedOf<'records.page'>): readonly Lane[] {
  const { direction, from } = order
  const standing = session.standing.get(direction)
  const goesOn = standing !== undefined && standing.cut.every((offset, index) => offset === from[index])
  const firstWidth = Math.ceil((order.count / session.partitions.length) * 1.25) + 8
  const failed = (partition: number, error: unknown) => void session.missing.push(`partition ${partition}: ${reasonOf(error)}`)
  return session.partitions.map((partition, index) => {
    const standingLane = goesOn ? standing.lanes[index] : undefined
    if (standingLane !== undefined && !standingLane.isUsedUp()) return standingLane
    const { source, wanted } = session
    const options: LaneOptions = { partition, source, wanted, bounds: session.bounds[index] as PartitionBounds }
    const at = from[index] as number
    return tolerantLane(direction === 'forward' ? forwardLane(options, at) : backwardLane(options, at, firstWidth), failed)
  })
}

/** Offsets bound a range of time; what within them runs out of it backwards, or comes later, its own time tells. */
function wantedBy({ showControl, untilMs, start }: ParsedOf<'records.open'>): Session['wanted'] {
  const fromMs = start.kind === 'time' ? start.timestampMs : Number.NEGATIVE_INFINITY
  return record => {
    if (!showControl && record.control !== null) return false
    return untilMs === null || (record.timestampMs < untilMs && record.timestampMs >= fromMs)
  }
}

function makeRoom(sessions: Map<string, Session>, asker: string): void {
  const oldestOf = (candidates: readonly [string, Session][]) =>
    candidates.reduce((oldest, it) => (it[1].usedAtMs < oldest[1].usedAtMs ? it : oldest))
  const own = [...sessions].filter(([, session]) => session.asker === asker)
  const first = own[0]
  if (own.length >= sessionsPerWindowMax && first !== undefined) sessions.delete(oldestOf(own)[0])
  else if (sessions.size >= sessionsMax) {
    if (first === undefined) throw refused('too many readings are open in other windows')
    sessions.delete(oldestOf(own)[0])
  }
}

async function timestampTypeOf(client: KafkaClient, topic: string, signal: AbortSignal): Promise<RecordSession['timestampType']> {
  const configs = await topicConfigs(client, topic, { signal, timeoutMs: 2_000 }).catch(() => [])
  const value = configs.find(config => config.name === 'message.timestamp.type')?.value
  if (value === 'LogAppendTime') return 'append'
  return value === 'CreateTime' ? 'create' : 'unknown'
}
