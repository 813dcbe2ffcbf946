import { expect, it } from 'vitest'
import { runCounts } from '../../../../src-main/workbench/produce/run-counts.ts'
import { type ManyOrder, sendAll } from '../../../../src-main/workbench/produce/run.ts'

it('says why it was stopped, also while it waits for the next record to be due', async () => {
  const stop = new AbortController()
  const sent: number[] = []
  const sending = sendAll({
    order: { count: 10, ratePerSecond: 0.001 } as ManyOrder,
    producer: {
      send: async () => {
        sent.push(1)
        return { topic: 't', partition: 0, offset: 0, timestampMs: 0 }
      },
    },
    make: () => ({ topic: 't', key: null, value: null }),
    random: () => 0,
    nowMs: () => 0,
    counts: runCounts(() => 0),
    signal: stop.signal,
    path: null,
  })
  await expect.poll(() => sent.length).toBe(1)
  // The first one is on its way, and the second is due in a quarter of an hour.
  await new Promise(resolve => setImmediate(resolve))
  const reason = new Error('its connection was switched to read-only')
  stop.abort(reason)
  await expect(sending).rejects.toBe(reason)
})
