import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { FromJob, Job, JobData, ToJob } from '../../../../src-main/workbench/search/job-messages.ts'
import { jobItems } from '../../../../src-main/workbench/search/job-thread.ts'
import { type JobWorker, threadStore } from '../../../../src-main/workbench/search/thread-store.ts'

/** A thread whose answers the test gives. */
class FakeThread extends EventEmitter {
  isHolding = true
  isEnded = false
  jobs = 0
  ref() {
    this.isHolding = true
  }
  unref() {
    this.isHolding = false
  }
  postMessage(message: ToJob) {
    if (message.kind === 'job') this.jobs += 1
  }
  async terminate() {
    this.isEnded = true
    return 0
  }
  say(message: FromJob) {
    this.emit('message', message)
  }
}

function newStore() {
  const threads: FakeThread[] = []
  const store = threadStore('entry.js', () => {
    const thread = new FakeThread()
    threads.push(thread)
    return thread as unknown as JobWorker
  })
  return { store, threads }
}

const dataOf = (job: object): JobData => ({
  ...{ bootstrap: 'h:1', security: {}, directory: null, registry: null, schemaFolder: null },
  job: job as Job,
})
const textScan = dataOf({ kind: 'scan', order: { filter: { kind: 'text', text: 'x' } } })
const ownScan = dataOf({ kind: 'scan', order: { filter: { kind: 'javascript', expression: 'true' } } })

/** Runs one job; `answer` plays its thread. */
async function runJob(
  store: ReturnType<typeof newStore>,
  data: JobData,
  answer: (thread: FakeThread) => void,
  abort?: AbortSignal,
) {
  const items = jobItems<string>(store.store, data, abort ?? new AbortController().signal)
  const first = items.next()
  answer(store.threads.at(-1) as FakeThread)
  const seen: string[] = []
  for (let step = await first; step.done !== true; step = await items.next()) seen.push(step.value)
  return seen
}

const ends = (thread: FakeThread) => {
  thread.say({ kind: 'item', item: 'one' })
  thread.say({ kind: 'end' })
}

describe('threads of jobs', () => {
  it('does the next job in the thread of one that came to its end, and holds no process up meanwhile', async () => {
    const store = newStore()
    expect(await runJob(store, textScan, ends)).toEqual(['one'])
    expect(store.threads[0]).toMatchObject({ isEnded: false, isHolding: false })
    expect(await runJob(store, textScan, ends)).toEqual(['one'])
    expect(store.threads).toHaveLength(1)
    expect(store.threads[0]?.jobs).toBe(2)
    expect(store.threads[0]?.listenerCount('message')).toBe(0)
  })

  it('also of one that failed in an answer of its own', async () => {
    const store = newStore()
    const failing = runJob(store, textScan, thread =>
      thread.say({ kind: 'fail', failure: { code: 'NOT_FOUND', message: 'no topic' }, detail: '' }),
    )
    await expect(failing).rejects.toThrow('no topic')
    await runJob(store, textScan, ends)
    expect(store.threads).toHaveLength(1)
  })

  it("ends the thread of a person's own JavaScript, and has another ready", async () => {
    const store = newStore()
    await runJob(store, ownScan, ends)
    expect(store.threads.map(it => it.isEnded)).toEqual([true, false])
    expect(store.threads[1]?.jobs).toBe(0)
  })

  it('ends the thread of a job that was cancelled', async () => {
    const store = newStore()
    const cancelling = new AbortController()
    const running = runJob(store, textScan, () => cancelling.abort(), cancelling.signal)
    await expect(running).rejects.toThrow('cancelled')
    expect(store.threads[0]?.isEnded).toBe(true)
  })

  it('takes a new thread when the one that was ready is gone', async () => {
    const store = newStore()
    store.store.prepare()
    store.store.prepare()
    expect(store.threads).toHaveLength(1)
    store.threads[0]?.emit('error', new Error('cannot be loaded'))
    await runJob(store, textScan, ends)
    expect(store.threads).toHaveLength(2)
  })

  it('keeps one of those that come back, and none when closed', async () => {
    const store = newStore()
    const [first, second] = [store.store.take(textScan), store.store.take(textScan)]
    store.store.giveBack(first)
    store.store.giveBack(second)
    expect(store.threads.map(it => it.isEnded)).toEqual([false, true])
    store.store.close()
    expect(store.threads[0]?.isEnded).toBe(true)
    store.store.prepare()
    expect(store.threads).toHaveLength(2)
  })
})
