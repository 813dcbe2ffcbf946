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
  const outbox = createOutbox(options.send)
  let hasFailed = false

  function settle(slot: Slot, outcome: Outcome): void {
    slot.outcome = outcome
    if (slots[0] === slot) flush()
  }
  function flush(): void {
    let done = 0
    for (; done < slots.length; done++) {
      const outcome = slots[done]?.outcome
      if (outcome === undefined) break
      if ('error' in outcome) return fail(outcome.error)
      if (outcome.reply !== undefined) outbox.add(outcome.reply)
    }
    slots.splice(0, done)
    outbox.sendUnlessHeld()
  }
  function fail(error: unknown): void {
    hasFailed = true
    slots.length = 0
    outbox.send()
    options.failed(error)
  }
  function settleLater(slot: Slot, outcome: Outcome): void {
    if (hasFailed) return
    settle(slot, outcome)
    options.progressed()
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
      const outcome = outcomeOf(run)
      if (!(outcome instanceof Promise)) settle(slot, outcome)
      else void outcome.then(later => settleLater(slot, later))
    },
    endAfterReplies(error) {
      const slot: Slot = { isProduce: false, outcome: undefined }
      slots.push(slot)
      settle(slot, { error })
    },
    hold: outbox.hold,
    release: outbox.release,
  }
}

function outcomeOf(run: () => ReplyChunks | Promise<ReplyChunks>): Outcome | Promise<Outcome> {
  try {
    const reply = run()
    if (!(reply instanceof Promise)) return { reply }
    return reply.then(
      later => ({ reply: later }),
      (error: unknown) => ({ error }),
    )
  } catch (error) {
    return { error }
  }
}

interface Outbox {
  add(chunks: readonly Uint8Array[]): void
  send(): void
  sendUnlessHeld(): void
  hold(): void
  release(): void
}

function createOutbox(sendChunks: (chunks: readonly Uint8Array[]) => void): Outbox {
  let gathered: Uint8Array[] = []
  let gatheredBytes = 0
  let isHeld = false

  function send(): void {
    if (gathered.length === 0) return
    const chunks = gathered
    gathered = []
    gatheredBytes = 0
    sendChunks(chunks)
  }
  return {
    add(chunks) {
      for (const chunk of chunks) {
        gathered.push(chunk)
        gatheredBytes += chunk.length
      }
    },
    send,
    sendUnlessHeld() {
      if (!isHeld || gatheredBytes >= heldBytesMax) send()
    },
    hold() {
      isHeld = true
    },
    release() {
      isHeld = false
      send()
    },
  }
}
