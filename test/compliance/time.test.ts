import { describe, expect, it } from 'vitest'
import type { Clock, Timers } from '../../broker-core/env/clock.ts'
import { nodeClock } from '../../broker-core/env/node/clock.ts'
import { nodeTimers } from '../../broker-core/env/node/timers.ts'
import { createSimProcess, createSimTime, simClock, simTimers } from '../simulation/sim-clock.ts'

interface Ground {
  readonly clock: Clock
  readonly timers: Timers
  until(condition: () => boolean): Promise<void>
}

function nodeGround(): Ground {
  return {
    clock: nodeClock,
    timers: nodeTimers,
    async until(condition) {
      while (!condition()) await new Promise(resolve => setImmediate(resolve))
    },
  }
}

function simGround(): Ground {
  const time = createSimTime()
  return {
    clock: simClock(time),
    timers: simTimers(time, createSimProcess('p', time)),
    async until(condition) {
      if (!(await time.run(60_000, condition))) throw new Error('nothing more happens')
    },
  }
}

for (const [name, ground] of [
  ['node', nodeGround],
  ['simulated', simGround],
] as const) {
  describe(`Clock and Timers: ${name}`, () => {
    it('a timer fires once, not before its delay by the monotonic clock', async () => {
      const { clock, timers, until } = ground()
      for (const delayMs of [0, 1, 2.5, 10.2, 20]) {
        const startMs = clock.monotonicMs()
        let fired = 0
        timers.after(delayMs, () => fired++)
        await until(() => fired > 0)
        expect(clock.monotonicMs() - startMs).toBeGreaterThanOrEqual(delayMs)
        expect(fired).toBe(1)
      }
    })

    it('timers fire in the order of their delays; a cancelled one never, cancelling again does nothing', async () => {
      const { timers, until } = ground()
      const fired: string[] = []
      timers.after(30, () => fired.push('late'))
      timers.after(5, () => fired.push('early'))
      const cancel = timers.after(10, () => fired.push('cancelled'))
      cancel()
      cancel()
      await until(() => fired.includes('late'))
      expect(fired).toEqual(['early', 'late'])
    })

    it('soon runs after the present turn and its promises, and can be cancelled', async () => {
      const { timers, until } = ground()
      const order: string[] = []
      timers.soon(() => order.push('soon'))
      timers.soon(() => order.push('never'))()
      void Promise.resolve().then(() => order.push('promise'))
      order.push('now')
      await until(() => order.includes('soon'))
      expect(order).toEqual(['now', 'promise', 'soon'])
    })

    it('the wall clock counts whole milliseconds since 1970', () => {
      const { clock } = ground()
      expect(Number.isInteger(clock.nowMs())).toBe(true)
      expect(clock.nowMs()).toBeGreaterThan(Date.UTC(2025, 0))
    })
  })
}
