import { z } from 'zod'
import type { Failure } from '../contract/failure.ts'
import { contractVersion, conversationsMax } from '../contract/messages.ts'
import type { Port, ToMain, ToWindow } from '../contract/messages.ts'
import { answerCall, creditsMax, feedStream, grantCredits, newConversation } from './conversation.ts'
import type { Conversation, Parties } from './conversation.ts'
import type { Asker, Handlers } from './handlers.ts'

export interface AnswerOptions {
  readonly handlers: Handlers
  readonly appVersion: string
  readonly toFailure: (error: unknown) => Failure
  /** For errors that are our own mistake. */
  readonly report: (error: unknown, where: string) => void
}

const id = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const name = z.string().max(100)
const toMain = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('call'), id, name, input: z.unknown().optional() }),
  z.object({
    kind: z.literal('open'),
    id,
    name,
    input: z.unknown().optional(),
    credits: z.number().int().min(0).max(creditsMax),
  }),
  z.object({ kind: z.literal('credit'), id, count: z.number().int().min(1).max(creditsMax) }),
  z.object({ kind: z.literal('cancel'), id }),
])

let lastAsker = 0

/**
 * Answers everything that comes through one port until it closes. Nothing received is believed: a message that is none closes the
 * port, an input that does not parse fails its call alone.
 */
export function answerPort(port: Port<unknown, ToWindow>, options: AnswerOptions): void {
  const running = new Map<number, Conversation>()
  const { asker, gone } = newAsker()
  const parties: Parties = { handlers: options.handlers, asker, send: message => port.send(message) }
  port.onClose(() => {
    for (const conversation of running.values()) conversation.abort.abort()
    gone()
  })
  port.onMessage(raw => {
    const message = toMain.safeParse(raw)
    if (message.success) return take(message.data as ToMain)
    options.report(message.error, 'message from the window')
    port.close()
  })
  port.send({ kind: 'hello', contractVersion, appVersion: options.appVersion })

  function take(message: ToMain): void {
    const known = running.get(message.id)
    if (message.kind === 'cancel') known?.abort.abort()
    else if (message.kind === 'credit') grantCredits(known, message.count)
    else if (known !== undefined) fail(message.id, { code: 'BAD_INPUT', message: `conversation ${message.id} is already open` })
    else if (running.size >= conversationsMax) fail(message.id, tooMany)
    else void converse(message, options, parties, running)
  }

  function fail(id: number, failure: Failure): void {
    port.send({ kind: 'fail', id, failure })
  }
}

const tooMany: Failure = { code: 'REFUSED', message: `more than ${conversationsMax} calls at once`, retriable: true }

async function converse(
  message: Extract<ToMain, { kind: 'call' | 'open' }>,
  options: AnswerOptions,
  parties: Parties,
  running: Map<number, Conversation>,
): Promise<void> {
  const conversation = newConversation(message.kind === 'open' ? message.credits : 0)
  running.set(message.id, conversation)
  try {
    if (message.kind === 'call') await answerCall(message, conversation, parties)
    else await feedStream(message, conversation, parties)
  } catch (error) {
    const failure = failureOf(error, conversation.abort.signal, message.name, options)
    parties.send({ kind: 'fail', id: message.id, failure })
  } finally {
    running.delete(message.id)
  }
}

function failureOf(error: unknown, signal: AbortSignal, name: string, options: AnswerOptions): Failure {
  if (signal.aborted) return { code: 'CANCELLED', message: `${name} was cancelled` }
  const failure = options.toFailure(error)
  if (failure.code === 'BUG') options.report(error, name)
  return failure
}

function newAsker(): { asker: Asker; gone: () => void } {
  const listeners = new Set<() => void>()
  let isGone = false
  lastAsker += 1
  return {
    asker: {
      id: `port-${lastAsker}`,
      onGone: listener => void (isGone ? listener() : listeners.add(listener)),
    },
    gone: () => {
      isGone = true
      for (const listener of listeners) listener()
      listeners.clear()
    },
  }
}
