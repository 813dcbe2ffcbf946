import { describe, expect, it } from 'vitest'
import { feed, inOneThenSingly, watched } from '../../../src-main/workbench/watch.ts'

describe('watched', () => {
  it('gives the present value at once, then the newest: a slow reader misses what came between', async () => {
    const value = watched(1)
    const abort = new AbortController()
    const reader = value.read(abort.signal)
    expect((await reader.next()).value).toBe(1)
    value.set(2)
    value.set(3)
    expect((await reader.next()).value).toBe(3)
    const waiting = reader.next()
    abort.abort()
    expect((await waiting).done).toBe(true)
  })
})

describe('feed', () => {
  it('gives new readers the last items and all that follow; memory is bounded', async () => {
    const items = feed<number>(3)
    for (let item = 1; item <= 100; item += 1) items.push(item)
    expect(items.items).toEqual([98, 99, 100])
    const abort = new AbortController()
    const reader = items.read(abort.signal)
    for (const expected of [98, 99, 100]) expect((await reader.next()).value).toBe(expected)
    const waiting = reader.next()
    items.push(101)
    expect((await waiting).value).toBe(101)
    abort.abort()
    expect((await reader.next()).done).toBe(true)
  })
})

it('what is kept comes in one item, then each new one once, also when the feed is full', async () => {
  const source = feed<number>(3)
  for (let item = 1; item <= 5; item += 1) source.push(item)
  const abort = new AbortController()
  const items = inOneThenSingly(source, abort.signal, item => item !== 6)
  expect((await items.next()).value).toEqual([3, 4, 5])
  source.push(6)
  source.push(7)
  expect((await items.next()).value).toEqual([7])
  abort.abort()
  expect((await items.next()).done).toBe(true)
})
