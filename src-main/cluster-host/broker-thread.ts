import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { BrokerEvent, BrokerHandle, RunBroker } from './broker-runner.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

const pingTimeoutMs = 1_000

/**
 * A broker's heap is small (9 MB), but what it reads from sockets counts as well: by V8's own measure it would mark everything after
 * every 10 MB received. Up to this size it does not; measured, a quarter of the processor time of a busy broker.
 */
const heapFloorMegabytes = 64

/** In the folder of the built entries. */
export const brokerThreadEntry = 'broker-worker.js'

/** Runs each broker in a thread of its own. */
export interface BrokerThreads {
  readonly run: RunBroker
  /** Up to `count` threads load their code from now on; the next brokers take them, and serve the sooner. */
  prepare(count: number): void
  /** Ends those that no broker took. */
  discard(): void
}

/** Worker threads whose entry is the file `entryPath`. */
export function brokersInThreads(entryPath: string): BrokerThreads {
  const prepared = new Set<Worker>()
  const newThread = () => {
    // Applies to threads that start from now on; who shows another cluster starts none.
    setFlagsFromString(`--initial-old-space-size=${heapFloorMegabytes}`)
    return new Worker(entryPath, { name: 'broker' })
  }
  return {
    run(properties, told, recovering) {
      const worker = taken(prepared) ?? newThread()
      const handle = watchThread(worker, { told, recovering })
      worker.postMessage({ kind: 'start', properties: [...properties] } satisfies ToWorker)
      return handle
    },
    prepare(count) {
      while (prepared.size < count) {
        const worker = newThread()
        prepared.add(worker)
        // Whatever is wrong, the broker that starts a thread of its own will say it.
        const forget = () => prepared.delete(worker)
        worker.once('error', forget).once('exit', forget)
      }
    },
    discard() {
      for (const worker of prepared) void worker.terminate()
      prepared.clear()
    },
  }
}

function taken(prepared: Set<Worker>): Worker | undefined {
  const [worker] = prepared
  if (worker === undefined) return undefined
  prepared.delete(worker)
  worker.removeAllListeners('error').removeAllListeners('exit')
  return worker
}

interface Listening {
  readonly told: Parameters<RunBroker>[1]
  readonly recovering: Parameters<RunBroker>[2]
}

function watchThread(worker: Worker, { told, recovering }: Listening): BrokerHandle {
  const say = (message: ToWorker) => worker.postMessage(message)
  const pings = pingBook(say)
  let failure: string | undefined
  let isAsked = false
  const ready = deferred<void>()
  // Nobody may be waiting when a broker fails later; `ended` tells as well.
  ready.promise.catch(() => undefined)
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'ready') ready.resolve()
    else if (message.kind === 'event') told(message.event)
    else if (message.kind === 'recovering') recovering(message.progress)
    else if (message.kind === 'pong') pings.answered(message.id)
    else failure = failed(message, told)
  })
  worker.on('error', error => {
    failure ??= failed({ message: error.message, stack: error.stack ?? '' }, told)
  })
  const ended = new Promise<{ failure: string | undefined }>(resolve => {
    worker.once('exit', code => {
      const unasked = isAsked ? undefined : `its thread ended by itself (code ${code})`
      failure ??= unasked
      ready.reject(new Error(failure ?? 'stopped before it served'))
      pings.close()
      resolve({ failure })
    })
  })
  return {
    ready: ready.promise,
    ended,
    async stop(withinMs) {
      isAsked = true
      say({ kind: 'stop' })
      const timer = setTimeout(() => void worker.terminate(), withinMs)
      await ended
      clearTimeout(timer)
    },
    async kill() {
      isAsked = true
      await worker.terminate()
    },
    delayMs: pings.ask,
  }
}

function failed(what: { message: string; stack: string }, told: (event: BrokerEvent) => void): string {
  told({
    level: 'error',
    event: 'broker.failed',
    fields: { message: what.message, stack: what.stack === '' ? undefined : what.stack },
  })
  return what.message
}

/** How long the thread's event loop takes to answer: asked only while somebody looks. */
function pingBook(say: (message: ToWorker) => void) {
  const waiting = new Map<number, (answered: boolean) => void>()
  let lastId = 0
  return {
    ask: () =>
      new Promise<number | undefined>(resolve => {
        lastId += 1
        const id = lastId
        const startMs = performance.now()
        const settle = (answered: boolean) => {
          clearTimeout(timer)
          waiting.delete(id)
          resolve(answered ? performance.now() - startMs : undefined)
        }
        const timer = setTimeout(settle, pingTimeoutMs, false)
        waiting.set(id, settle)
        say({ kind: 'ping', id })
      }),
    answered: (id: number) => waiting.get(id)?.(true),
    close() {
      for (const answer of [...waiting.values()]) answer(false)
    },
  }
}

function deferred<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: Error) => void
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
