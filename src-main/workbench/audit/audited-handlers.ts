import { contract } from '../../contract/contract.ts'
import type { Failure } from '../../contract/failure.ts'
import type { AuditEntry } from '../../contract/views/app.ts'
import { localConnection } from '../connections.ts'
import { toFailure } from '../failures.ts'
import type { CallContext, Handlers } from '../handlers.ts'
import type { AuditLog } from './audit-log.ts'
import { auditedCalls } from './audited-calls.ts'

type AnyCall = (input: unknown, context: CallContext) => Promise<unknown>
type AnyStream = (input: unknown, context: CallContext) => AsyncIterable<unknown>

export interface AuditOptions {
  readonly log: AuditLog
  readonly nowMs: () => number
  /** Undefined: nothing is noted of this connection, because it is our own, or there is none. What destroys our own is noted all the same. */
  readonly foreignName: (connection: string) => string | undefined
}

/** The same handlers; those that change a foreign cluster leave a line when they end, however they end. */
export function auditedHandlers(handlers: Handlers, options: AuditOptions): Handlers {
  const entries = Object.entries(handlers).map(([name, handler]) => {
    const targetOf = auditedCalls[name as keyof typeof auditedCalls] as ((input: unknown) => string | undefined) | undefined
    if (targetOf === undefined) return [name, handler]
    const noteOf = (input: unknown) => newNote(name, input, targetOf(input), options)
    return [
      name,
      contract[name as keyof typeof contract].kind === 'call'
        ? auditedCall(handler as AnyCall, noteOf)
        : auditedStream(handler as AnyStream, noteOf),
    ]
  })
  return Object.fromEntries(entries) as Handlers
}

interface Note {
  ended(outcome: AuditEntry['outcome'], failure?: Pick<Failure, 'message' | 'kafkaError'>): void
}
type NoteOf = (input: unknown) => Note

function newNote(call: string, input: unknown, target: string | undefined, { log, nowMs, foreignName }: AuditOptions): Note {
  const isOwn = call.startsWith('local.')
  const connection = isOwn ? localConnection : (input as { readonly connection: string }).connection
  const connectionName = isOwn ? 'Local' : foreignName(connection)
  if (target === undefined || connectionName === undefined) return { ended: () => undefined }
  const atMs = nowMs()
  return {
    ended(outcome, failure) {
      log.add({
        atMs,
        connection,
        connectionName,
        call,
        target,
        outcome,
        message: failure?.message ?? null,
        kafkaError: failure?.kafkaError ?? null,
        tookMs: Math.max(0, nowMs() - atMs),
      })
    },
  }
}

function auditedCall(handler: AnyCall, noteOf: NoteOf): AnyCall {
  return async (input, context) => {
    const note = noteOf(input)
    try {
      const answer = await handler(input, context)
      const refused = refusedIn(answer)
      note.ended(refused === undefined ? 'done' : 'failed', refused)
      return answer
    } catch (error) {
      const failure = toFailure(error)
      // Nothing was asked of the cluster then.
      if (failure.code !== 'READ_ONLY') note.ended(context.signal.aborted ? 'cancelled' : 'failed', failure)
      throw error
    }
  }
}

/** Answers about several things tell of each; one that was refused makes the whole no success. */
function refusedIn(answer: unknown): Pick<Failure, 'message' | 'kafkaError'> | undefined {
  const rows: unknown = Array.isArray(answer) ? answer : (answer as { readonly rows?: unknown } | null)?.rows
  if (!Array.isArray(rows)) return undefined
  const errors = rows.map(row => (row as { readonly error?: unknown } | null)?.error).filter(error => typeof error === 'string')
  const [first] = errors
  return first === undefined ? undefined : { message: `${errors.length} of ${rows.length} refused`, kafkaError: first }
}

function auditedStream(handler: AnyStream, noteOf: NoteOf): AnyStream {
  return async function* (input, context) {
    const note = noteOf(input)
    let outcome: AuditEntry['outcome'] = 'cancelled'
    let failure: Failure | undefined
    try {
      yield* handler(input, context)
      if (!context.signal.aborted) outcome = 'done'
    } catch (error) {
      if (!context.signal.aborted) outcome = 'failed'
      failure = toFailure(error)
      throw error
    } finally {
      if (failure?.code !== 'READ_ONLY') note.ended(outcome, failure)
    }
  }
}
