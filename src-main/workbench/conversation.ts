import { setMaxListeners } from 'node:events'
import type { z } from 'zod'
import { contract } from '../contract/contract.ts'
import type { CallName, StreamName } from '../contract/contract.ts'
import { FailureError } from '../contract/failure.ts'
import type { ToMain, ToWindow } from '../contract/messages.ts'
import type { Asker, CallContext, Handlers } from './handlers.ts'

export const creditsMax = 10_000

/** One call or stream under way. */
export interface Conversation {
  readonly abort: AbortController
  credits: number
  /** Wakes a stream that waits for credits. */
  wake: () => void
}

export interface Parties {
  readonly handlers: Handlers
  readonly asker: Asker
  readonly send: (message: ToWindow) => void
}

export function newConversation(credits: number): Conversation {
  const abort = new AbortController()
  // One question may become many to many brokers, each of which listens; that many are no leak.
  setMaxListeners(0, abort.signal)
  return { abort, credits, wake: () => undefined }
}

/** Credits for a conversation that is over are void. */
export function grantCredits(conversation: Conversation | undefined, count: number): void {
  if (conversation === undefined) return
  conversation.credits = Math.min(conversation.credits + count, creditsMax)
  conversation.wake()
}

/** Runs one call to its `ok`; throws what is to become its `fail`. */
export async function answerCall(message: Extract<ToMain, { kind: 'call' }>, conversation: Conversation, parties: Parties) {
  const input = parseInput(entryOf(message.name, 'call'), message.input)
  const handler = parties.handlers[message.name as CallName] as (input: unknown, context: CallContext) => Promise<unknown>
  const { signal } = conversation.abort
  const value = await handler(input, { signal, asker: parties.asker })
  if (signal.aborted) throw new FailureError({ code: 'CANCELLED', message: `${message.name} was cancelled` })
  parties.send({ kind: 'ok', id: message.id, value })
}

/** Sends items while there are credits, then `end`; throws what is to become its `fail`. */
export async function feedStream(message: Extract<ToMain, { kind: 'open' }>, conversation: Conversation, parties: Parties) {
  const input = parseInput(entryOf(message.name, 'stream'), message.input)
  const { signal } = conversation.abort
  const handler = parties.handlers[message.name as StreamName] as (input: unknown, context: CallContext) => AsyncIterable<unknown>
  const items = handler(input, { signal, asker: parties.asker })[Symbol.asyncIterator]()
  try {
    while (await hasCredit(conversation)) {
      const next = await items.next()
      if (next.done === true || signal.aborted) break
      conversation.credits -= 1
      parties.send({ kind: 'item', id: message.id, value: next.value })
    }
  } finally {
    await items.return?.()
  }
  parties.send({ kind: 'end', id: message.id })
}

/** Waits until the window takes more; false when the stream is over. */
async function hasCredit(conversation: Conversation): Promise<boolean> {
  const { signal } = conversation.abort
  while (conversation.credits === 0 && !signal.aborted) {
    await new Promise<void>(resolve => {
      const wake = () => {
        signal.removeEventListener('abort', wake)
        resolve()
      }
      conversation.wake = wake
      signal.addEventListener('abort', wake, { once: true })
    })
  }
  return !signal.aborted
}

function entryOf(name: string, kind: 'call' | 'stream'): z.ZodType {
  const entry = Object.hasOwn(contract, name) ? contract[name as keyof typeof contract] : undefined
  if (entry?.kind !== kind) throw new FailureError({ code: 'NOT_FOUND', message: `no ${kind} is named ${JSON.stringify(name)}` })
  return entry.input
}

function parseInput(schema: z.ZodType, input: unknown): unknown {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? 'input' : issue.path.join('.')
  throw new FailureError({ code: 'BAD_INPUT', message: `${where}: ${issue?.message ?? 'not understood'}` })
}
