import { expect, it } from 'vitest'
import type { LogRecord } from '../../../../src-main/workbench/messages/log-record.ts'
import { newTailState } from '../../../../src-main/workbench/search/tail.ts'

const record = (offset: number, value: Uint8Array): LogRecord => ({
  offset,
  timestampMs: offset,
  timestampType: 'create',
  key: null,
  value,
  headers: [],
  transaction: null,
  control: null,
})

it('between two items a tail counts all and keeps the newest, as copies that hold no answer', () => {
  const state = newTailState([0], [100], 3)
  const answer = new Uint8Array(1_000_000)
  for (let offset = 100; offset < 200; offset += 1)
    state.arrived(0, [record(offset, answer.subarray(offset, offset + 10))], offset + 1, 1)
  const taken = state.take()
  expect(taken).toMatchObject({ seen: 100, seenTotal: 100, next: [200], heldBytes: 30 })
  expect(taken.shown.map(it => it.record.offset)).toEqual([197, 198, 199])
  expect(taken.shown.every(it => it.record.value?.buffer.byteLength === 10)).toBe(true)
  state.arrived(0, [record(200, answer.subarray(0, 1))], 201, 1)
  expect(state.take()).toMatchObject({ seen: 1, seenTotal: 101, heldBytes: 1 })
})

it('keeps no more than 64 MiB while nobody takes it, but always the newest', () => {
  const state = newTailState([0], [0], 1_000)
  const large = new Uint8Array(30_000_000)
  for (let offset = 0; offset < 5; offset += 1) state.arrived(0, [record(offset, large)], offset + 1, 1)
  expect(state.take().shown.map(it => it.record.offset)).toEqual([3, 4])
  state.arrived(0, [record(5, new Uint8Array(80_000_000))], 6, 1)
  expect(state.take().shown.map(it => it.record.offset)).toEqual([5])
})

it('waiting for the next record leaves nothing behind on the signal', async () => {
  const state = newTailState([0], [0], 1)
  const abort = new AbortController()
  const removed: string[] = []
  const remove = abort.signal.removeEventListener.bind(abort.signal)
  abort.signal.removeEventListener = (type: string, ...rest: unknown[]) => {
    removed.push(type)
    remove(type, rest[0] as EventListener)
  }
  const changed = state.changed(abort.signal)
  state.arrived(0, [record(0, new Uint8Array(1))], 1, 1)
  await changed
  expect(removed).toEqual(['abort'])
})
