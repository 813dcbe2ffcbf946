import type { ReplyChunks } from './inbound-connection.ts'

/** Replies of one connection, in request order (WIRE-07), whenever each is ready. */
export interface ReplySlots {
  /** One request at a time; a Produce beside other Produce up to the limit. */
  mayStart(isProduce: boolean): boolean
  /** Takes the next slot and runs the request. */
  start(isProduce: boolean, run: () => ReplyChunks | Promise<ReplyChunks>): void
  /** A failure that stands behind all requests that came before it. */
  endAfterReplies(error: unknown): void
  /** Gathers replies until `release`, so that a burst leaves in one write; no more than some ten thousand bytes wait for it. */
  hold(): void
  release(): void
  /** Nothing will be answered any more. */
  isEnding(): boolean
  isIdle(): boolean
}

export interface ReplySlotsOptions {
  readonly inFlightMax: number
  send(chunks: readonly Uint8Array[]): void
  /** A request was answered later than it was asked, so that another may start. */
  progressed(): void
  /** Once: the first failure, after the replies before it went out. */
  failed(error: unknown): void
}

interface Slot {
  readonly isProduce: boolean
  outcome: Outcome | undefined
}

type Outcome = { readonly reply: ReplyChunks } | { readonly error: unknown }

const heldBytesMax = 64 * 1024

export function createReplySlots(options: ReplySlotsOptions): ReplySlots {
  const slots: Slot[] = []
  let outgoing: Uint8Array[] = []
  let outgoingBytes = 0
  let isHeld = false
  let hasFailed = false

  function settle(slot: Slot, outcome: Outcome): void {
    slot.outcome = outcome
    if (slots[0] === slot) flush()
  }
  function flush(): void {
    let done = 0
    let failure: { readonly error: unknown } | undefined
    while (failure === undefined) {
      const outcome = slots[done]?.outcome
      if (outcome === undefined) break
      done++
      if ('error' in outcome) failure = outcome
      else if (outcome.reply !== undefined) gather(outcome.reply)
    }
    slots.splice(0, done)
    if (failure !== undefined) {
      sendGathered()
      fail(failure.error)
    } else if (!isHeld || outgoingBytes >= heldBytesMax) {
      sendGathered()
    }
  }
  function gather(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      outgoing.push(chunk)
      outgoingBytes += chunk.length
    }
  }
  function sendGathered(): void {
    if (outgoing.length === 0) return
    const chunks = outgoing
    outgoing = []
    outgoingBytes = 0
    options.send(chunks)
  }
  function fail(error: unknown): void {
    hasFailed = true
    slots.length = 0
    options.failed(error)
  }
  function settleLater(slot: Slot, outcome: Outcome): void {
    if (hasFailed) return
    settle(slot, outcome)
    if (!hasFailed) options.progressed()
  }
  const isEnding = (): boolean => hasFailed || slots.some(slot => slot.outcome !== undefined && 'error' in slot.outcome)

  return {
    isEnding,
    isIdle: () => slots.length === 0,
    mayStart(isProduce) {
      if (isEnding()) return false
      return slots.length === 0 || (isProduce && slots.length < options.inFlightMax && slots.every(slot => slot.isProduce))
    },
    start(isProduce, run) {
      const slot: Slot = { isProduce, outcome: undefined }
      slots.push(slot)
      try {
        const reply = run()
        if (!(reply instanceof Promise)) return settle(slot, { reply })
        reply.then(
          later => settleLater(slot, { reply: later }),
          (error: unknown) => settleLater(slot, { error }),
        )
      } catch (error) {
        settle(slot, { error })
      }
    },
    endAfterReplies(error) {
      const slot: Slot = { isProduce: false, outcome: undefined }
      slots.push(slot)
      settle(slot, { error })
    },
    hold() {
      isHeld = true
    },
    release() {
      isHeld = false
      sendGathered()
    },
  }
}
