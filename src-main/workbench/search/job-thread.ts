import { FailureError } from '../../contract/failure.ts'
import { jobsMax } from '../../contract/limits.ts'
import { refused } from '../failures.ts'
import type { FromJob, Job, JobData } from './job-messages.ts'
import type { JobWorker, ThreadStore } from './thread-store.ts'

const pingEveryMs = 500
/** A thread that does not answer for so long is held by a filter that does not come to an end. */
const stuckAfterMs = 3_000
/** A thread has to load first, on a machine that may be busy. */
const startWithinMs = 30_000

/** Thrown in place of an answer. */
export class JobStuck extends Error {
  override readonly name = 'JobStuck'
}

let running = 0

/**
 * Runs a job in a thread of its own and gives what it emits, in order; `merge` may join an item with the one before that nobody has
 * taken yet, so that a slow reader holds nothing up and fills no memory. The thread ends with the generator, unless the job came to an
 * end of its own. Throws FailureError, or JobStuck when the thread stopped answering.
 */
export async function* jobItems<Item>(
  threads: ThreadStore,
  data: JobData,
  signal: AbortSignal,
  merge: (before: Item, next: Item) => Item | undefined = () => undefined,
): AsyncGenerator<Item, void> {
  if (running >= jobsMax)
    throw refused(`${jobsMax} scans and transfers are running already`, 'Wait for one to end, or cancel it.')
  signal.throwIfAborted()
  running += 1
  const worker = threads.take(data)
  const mailbox = newMailbox<Item>(worker, signal, merge)
  try {
    yield* mailbox.items()
  } finally {
    mailbox.close()
    if (mailbox.isOver() && !runsExpression(data.job)) threads.giveBack(worker)
    else {
      await worker.terminate()
      threads.prepare()
    }
    running -= 1
  }
}

/** A person's own JavaScript may leave something behind that runs later: its thread is no other job's. */
function runsExpression(job: Job): boolean {
  return job.kind !== 'import' && job.order.filter?.kind === 'javascript'
}

function newMailbox<Item>(worker: JobWorker, signal: AbortSignal, merge: (before: Item, next: Item) => Item | undefined) {
  const waiting: Item[] = []
  let isOver = false
  let outcome: { readonly error: Error | undefined } | undefined
  let wake = () => {}
  let answeredAtMs = performance.now()
  let patienceMs = startWithinMs
  const settle = (error?: Error) => {
    outcome ??= { error }
    wake()
  }
  const aborted = () =>
    settle(signal.reason instanceof FailureError ? signal.reason : new FailureError({ code: 'CANCELLED', message: 'cancelled' }))
  signal.addEventListener('abort', aborted, { once: true })
  const onMessage = (message: FromJob) => {
    answeredAtMs = performance.now()
    patienceMs = stuckAfterMs
    if (message.kind === 'item') {
      put(waiting, message.item as Item, merge)
      wake()
    } else if (message.kind === 'end') {
      isOver = true
      settle()
    } else if (message.kind === 'fail') {
      isOver = true
      settle(failureOf(message))
    }
  }
  const onExit = (code: number) => settle(new Error(`the job's thread ended (code ${code})`))
  worker.on('message', onMessage)
  worker.on('error', settle)
  worker.on('exit', onExit)
  const timer = setInterval(() => {
    if (performance.now() - answeredAtMs > patienceMs) settle(new JobStuck())
    worker.postMessage({ kind: 'ping' })
  }, pingEveryMs)
  return {
    async *items(): AsyncGenerator<Item, void> {
      for (;;) {
        while (waiting.length > 0) yield waiting.shift() as Item
        if (outcome !== undefined) {
          if (outcome.error !== undefined) throw outcome.error
          return
        }
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
    /** The job said so itself: its thread can do another. */
    isOver: () => isOver,
    close() {
      clearInterval(timer)
      signal.removeEventListener('abort', aborted)
      worker.off('message', onMessage)
      worker.off('error', settle)
      worker.off('exit', onExit)
    },
  }
}

function put<Item>(waiting: Item[], item: Item, merge: (before: Item, next: Item) => Item | undefined): void {
  const before = waiting.at(-1)
  const merged = before === undefined ? undefined : merge(before, item)
  if (merged === undefined) waiting.push(item)
  else waiting[waiting.length - 1] = merged
}

function failureOf({ failure, detail }: Extract<FromJob, { kind: 'fail' }>): Error {
  // Our own mistake: the terminal is to have its place.
  return failure.code === 'BUG' ? new Error(detail) : new FailureError(failure)
}
