import { describe, expect, it } from 'vitest'
import { SteppedWork } from '../../../broker-core/cluster/stepped-work.ts'

/** Each step takes as long as it says; what is due soon runs when the test says so. */
function ground(stretchMs = 10) {
  const done: string[] = []
  const bugs: unknown[] = []
  let nowMs = 0
  let soon: (() => void)[] = []
  const work = new SteppedWork({
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    timers: {
      after: () => () => {},
      soon(callback) {
        soon.push(callback)
        return () => (soon = soon.filter(one => one !== callback))
      },
    },
    stretchMs,
    bug: error => bugs.push(error),
  })
  function* job(name: string, steps: readonly number[]): Generator<void> {
    for (const [index, takesMs] of steps.entries()) {
      done.push(`${name}${index}`)
      nowMs += takesMs
      yield
    }
  }
  const turn = () => {
    const [next] = soon
    soon = soon.slice(1)
    next?.()
  }
  return { work, job, done, bugs, turn, waits: () => soon.length > 0 }
}

describe('work in steps', () => {
  it('small work is done at once', async () => {
    const { work, job, done, waits } = ground()
    await work.add(job('a', [1, 1, 1]))
    expect(done).toEqual(['a0', 'a1', 'a2'])
    expect(waits()).toBe(false)
  })

  it('long work yields after each stretch, and keeps the order in which it was given', () => {
    const { work, job, done, turn, waits } = ground()
    void work.add(job('a', [6, 6, 6]))
    void work.add(job('b', [1]))
    expect(done).toEqual(['a0', 'a1'])
    turn()
    expect(done).toEqual(['a0', 'a1', 'a2', 'b0'])
    expect(waits()).toBe(false)
  })

  it('a step may give more work', () => {
    const { work, job, done } = ground()
    function* giving(): Generator<void> {
      void work.add(job('later', [0]))
      done.push('giver')
      yield
    }
    void work.add(giving())
    expect(done).toEqual(['giver', 'later0'])
  })

  it('stop drops what is left; what a step throws is a bug and ends it', () => {
    const stopped = ground()
    void stopped.work.add(stopped.job('a', [20, 1]))
    stopped.work.stop()
    expect(stopped.waits()).toBe(false)
    expect(stopped.done).toEqual(['a0'])
    const broken = ground()
    function* throwing(): Generator<void> {
      yield
      throw new Error('no')
    }
    void broken.work.add(throwing())
    void broken.work.add(broken.job('a', [1]))
    expect(broken.bugs.map(String)).toEqual(['Error: no'])
    expect(broken.done).toEqual([])
  })
})
