import type { BrokerSessions } from './controller.ts'
import type { MetadataImage } from './image.ts'

/**
 * What the active controller remembers of its brokers besides the log: when each was last heard from, how far it has read the metadata,
 * and where its controlled shutdown began. Lost with the role; the next active controller gives everybody a fresh session.
 */
export interface SessionBook extends BrokerSessions {
  heard(brokerId: number, metadataOffset: number, nowMs: number): void
  /** The records that put the broker into controlled shutdown end at `offset`; the first one counts. */
  shutdownDecided(brokerId: number, offset: number): void
  forget(brokerId: number): void
  /** Everybody is as if heard from just now. */
  renewAll(nowMs: number): void
  /** Registered and not fenced, yet silent for longer than the session timeout (REPL-20). */
  expired(image: MetadataImage, nowMs: number): number[]
  /** Monotonic time at which the next of the brokers that are not fenced expires unless heard from; undefined without any. */
  nextExpiryMs(image: MetadataImage): number | undefined
}

interface Session {
  heardMs: number
  metadataOffset: number
}

export function openSessions(options: {
  readonly sessionTimeoutMs: number
  image(): MetadataImage
  nowMs(): number
}): SessionBook {
  const { sessionTimeoutMs } = options
  const sessions = new Map<number, Session>()
  const shutdowns = new Map<number, number>()
  const live = (image: MetadataImage) => [...image.brokers.values()].filter(broker => !broker.fenced)
  for (const broker of live(options.image())) sessions.set(broker.brokerId, { heardMs: options.nowMs(), metadataOffset: -1 })
  // Decided by an earlier controller: at the latest with the newest there is, which the others have to see before it may go (REPL-19).
  for (const { brokerId, inControlledShutdown } of live(options.image()))
    if (inControlledShutdown) shutdowns.set(brokerId, options.image().offset - 1)
  const expiryOf = (brokerId: number): number => (sessions.get(brokerId)?.heardMs ?? Number.NEGATIVE_INFINITY) + sessionTimeoutMs

  return {
    heard(brokerId, metadataOffset, nowMs) {
      const session = sessions.get(brokerId)
      if (session === undefined) sessions.set(brokerId, { heardMs: nowMs, metadataOffset })
      else {
        session.heardMs = nowMs
        session.metadataOffset = Math.max(session.metadataOffset, metadataOffset)
      }
    },
    shutdownDecided(brokerId, offset) {
      if (!shutdowns.has(brokerId)) shutdowns.set(brokerId, offset)
    },
    forget(brokerId) {
      sessions.delete(brokerId)
      shutdowns.delete(brokerId)
    },
    renewAll(nowMs) {
      for (const session of sessions.values()) session.heardMs = nowMs
    },
    expired: (image, nowMs) =>
      live(image)
        .map(broker => broker.brokerId)
        .filter(brokerId => expiryOf(brokerId) <= nowMs),
    nextExpiryMs(image) {
      const expiries = live(image).map(broker => expiryOf(broker.brokerId))
      return expiries.length === 0 ? undefined : Math.min(...expiries)
    },
    hasSession: brokerId => expiryOf(brokerId) > options.nowMs(),
    lowestActiveOffset() {
      const active = live(options.image()).filter(broker => !broker.inControlledShutdown)
      return Math.min(Number.POSITIVE_INFINITY, ...active.map(broker => sessions.get(broker.brokerId)?.metadataOffset ?? -1))
    },
    shutdownOffset: brokerId => shutdowns.get(brokerId),
  }
}
