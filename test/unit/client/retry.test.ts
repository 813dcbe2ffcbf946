import { describe, expect, it } from 'vitest'
import { KafkaClientError } from '../../../broker-core/client/client-error.ts'
import { backoffMs, retrying } from '../../../broker-core/client/retry.ts'
import { createSimTime, simClock, simTimers, createSimProcess } from '../../simulation/sim-clock.ts'

function world() {
  const time = createSimTime()
  const process = createSimProcess('client', time)
  const stale: KafkaClientError[] = []
  const context = {
    clock: simClock(time),
    timers: simTimers(time, process, 1),
    random: { fraction: () => 0.5 },
    onRetriable: (error: KafkaClientError) => void stale.push(error),
  }
  return { time, stale, context }
}

/** Lets simulated time pass until the promise is settled. */
async function settled<T>(promise: Promise<T>, time: ReturnType<typeof createSimTime>): Promise<PromiseSettledResult<T>> {
  let result: PromiseSettledResult<T> | undefined
  const watched = Promise.allSettled([promise]).then(([it]) => (result = it))
  await time.run(600_000, () => result !== undefined)
  await watched
  return result as PromiseSettledResult<T>
}

describe('retrying', () => {
  it('pauses double from 50 ms to a second, with a fifth of chance (KIP-580)', () => {
    const middle = { fraction: () => 0.5 }
    expect([1, 2, 3, 4, 5, 6, 7].map(number => Math.round(backoffMs(number, middle)))).toEqual([
      50, 100, 200, 400, 800, 1000, 1000,
    ])
    expect(backoffMs(6, { fraction: () => 0 })).toBe(800)
    expect(backoffMs(6, { fraction: () => 1 })).toBeCloseTo(1200)
  })

  it('repeats what is retriable, and says before each repetition what is stale', async () => {
    const { time, stale, context } = world()
    const attempt = async (number: number) => {
      if (number < 3) throw new KafkaClientError('NOT_LEADER_OR_FOLLOWER', { topic: 't' })
      return number
    }
    expect(await settled(retrying(attempt, { timeoutMs: 5_000 }, context), time)).toEqual({ status: 'fulfilled', value: 3 })
    expect(stale).toHaveLength(3)
    expect(time.nowMs()).toBeCloseTo(50 + 100 + 200)
  })

  it('ends with TIMED_OUT caused by the last failure, within the time given', async () => {
    const { time, context } = world()
    const attempt = () => Promise.reject(new KafkaClientError('CONNECTION_FAILED'))
    const result = await settled(retrying(attempt, { timeoutMs: 5_000 }, context), time)
    expect(result).toMatchObject({ reason: { code: 'TIMED_OUT', cause: { code: 'CONNECTION_FAILED' } } })
    expect(time.nowMs()).toBeLessThanOrEqual(5_000)
  })

  it('has little patience with topics that are not there', async () => {
    const { time, context } = world()
    const attempt = () => Promise.reject(new KafkaClientError('UNKNOWN_TOPIC_OR_PARTITION'))
    expect(await settled(retrying(attempt, { timeoutMs: 60_000 }, context), time)).toMatchObject({
      reason: { code: 'UNKNOWN_TOPIC_OR_PARTITION' },
    })
    expect(time.nowMs()).toBeLessThan(1_500)
  })

  it('does not repeat other errors, nor bugs', async () => {
    const { time, context } = world()
    for (const error of [new KafkaClientError('TOPIC_AUTHORIZATION_FAILED'), new TypeError('bug')]) {
      let attempts = 0
      const attempt = () => {
        attempts++
        return Promise.reject(error)
      }
      expect(await settled(retrying(attempt, { timeoutMs: 5_000 }, context), time)).toMatchObject({ reason: error })
      expect(attempts).toBe(1)
    }
  })
})
