import { describe, expect, it } from 'vitest'
import { onCancel, orCancelled, pause } from '../../../broker-core/client/cancel.ts'
import { Canceller } from '../../../broker-core/client/consuming/canceller.ts'
import { env } from '../wire/loopback.ts'

describe('cancelling', () => {
  it('any number of calls share one listener on the signal, which goes with the last of them', () => {
    const stop = new AbortController()
    let listeners = 0
    const counted = {
      get aborted() {
        return stop.signal.aborted
      },
      addEventListener: () => void listeners++,
      removeEventListener: () => void listeners--,
    }
    const ends = Array.from({ length: 100 }, () => onCancel(counted, () => {}))
    expect(listeners).toBe(1)
    for (const end of ends) end()
    expect(listeners).toBe(0)
    const again = onCancel(counted, () => {})
    expect(listeners).toBe(1)
    again()
  })

  it('ends all who wait, once, and those that come later at once', async () => {
    for (const stop of [new AbortController(), new Canceller()]) {
      const waiting = [
        orCancelled(new Promise<never>(() => {}), stop.signal),
        pause(env.timers, 60_000, stop.signal),
        orCancelled(new Promise<never>(() => {}), stop.signal),
      ]
      stop.abort()
      for (const it of waiting) await expect(it).rejects.toMatchObject({ code: 'CANCELLED' })
      await expect(pause(env.timers, 1, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
      await expect(orCancelled(Promise.reject(new Error('unseen')), stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
    }
  })

  it('what is done in time is not disturbed', async () => {
    const stop = new AbortController()
    expect(await orCancelled(Promise.resolve(5), stop.signal)).toBe(5)
    await pause(env.timers, 1, stop.signal)
    await expect(orCancelled(Promise.reject(new TypeError('own')), stop.signal)).rejects.toThrow('own')
    stop.abort()
  })
})
