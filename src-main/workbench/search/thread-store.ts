import { Worker } from 'node:worker_threads'
import type { JobData, ToJob } from './job-messages.ts'

const keptForMs = 300_000
const heapMegabytesMax = 512

/** A thread that has loaded, or is loading, and has no job. */
export type JobWorker = Pick<Worker, 'postMessage' | 'on' | 'once' | 'off' | 'terminate' | 'ref' | 'unref'>

export interface ThreadStore {
  /** The one that is ready, else a new one; its job is posted. */
  take(data: JobData): JobWorker
  /** After its job came to an end of its own: kept for the next one, or ended. */
  giveBack(worker: JobWorker): void
  /** Loads one before it is needed: what a thread imports takes longer than a short scan. */
  prepare(): void
  close(): void
}

/** Keeps one thread ready for five minutes after its last use; more are ended. It holds no process up. */
export function threadStore(
  entryPath: string,
  start: (entryPath: string) => JobWorker = path =>
    new Worker(path, { resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax } }),
): ThreadStore {
  let ready: { readonly worker: JobWorker; readonly timer: NodeJS.Timeout } | undefined
  let isClosed = false
  const drop = () => {
    if (ready === undefined) return undefined
    clearTimeout(ready.timer)
    const { worker } = ready
    worker.off('error', lost)
    worker.off('exit', lost)
    ready = undefined
    return worker
  }
  // Out of memory, or a file that cannot be loaded: the next job hears of it from a thread of its own.
  const lost = () => void drop()
  const keep = (worker: JobWorker) => {
    const timer = setTimeout(() => void drop()?.terminate(), keptForMs)
    timer.unref()
    ready = { worker, timer }
    worker.on('error', lost)
    worker.on('exit', lost)
    worker.unref()
  }
  return {
    take(data) {
      const worker = drop() ?? start(entryPath)
      worker.ref()
      worker.postMessage({ kind: 'job', data } satisfies ToJob)
      return worker
    },
    giveBack(worker) {
      if (isClosed || ready !== undefined) void worker.terminate()
      else keep(worker)
    },
    prepare() {
      if (!isClosed && ready === undefined) keep(start(entryPath))
    },
    close() {
      isClosed = true
      void drop()?.terminate()
    },
  }
}
