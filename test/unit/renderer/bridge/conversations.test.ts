import { describe, expect, it } from 'vitest'
import type { ToMain } from '../../../../src-main/contract/messages.ts'
import { conversations, streamCredits } from '../../../../src-renderer/bridge/conversations.ts'

function start() {
  const sent: ToMain[] = []
  return { sent, talk: conversations(message => sent.push(message)) }
}

describe('the bridge', () => {
  it('a call is answered by its own answer', async () => {
    const { sent, talk } = start()
    const [first, second] = [talk.call('app.info', undefined), talk.call('settings.read', undefined)]
    expect(sent.map(message => message.kind === 'call' && message.name)).toEqual(['app.info', 'settings.read'])
    talk.receive({ kind: 'ok', id: 2, value: 'second' })
    talk.receive({ kind: 'fail', id: 1, failure: { code: 'NOT_FOUND', message: 'gone' } })
    await expect(second).resolves.toBe('second')
    await expect(first).rejects.toMatchObject({ failure: { code: 'NOT_FOUND' } })
  })

  it('an aborted call asks main to stop, and ends with what main says', async () => {
    const { sent, talk } = start()
    const abort = new AbortController()
    const call = talk.call('app.info', undefined, abort.signal)
    abort.abort()
    expect(sent.at(-1)).toEqual({ kind: 'cancel', id: 1 })
    talk.receive({ kind: 'fail', id: 1, failure: { code: 'CANCELLED', message: 'cancelled' } })
    await expect(call).rejects.toMatchObject({ failure: { code: 'CANCELLED' } })
  })

  it('a stream gives its items in order, grants credits as they are taken, and ends', async () => {
    const { sent, talk } = start()
    const items: unknown[] = []
    const reading = (async () => {
      for await (const item of talk.stream('app.notices', undefined)) items.push(item)
    })()
    for (let item = 0; item < streamCredits; item += 1) talk.receive({ kind: 'item', id: 1, value: item })
    talk.receive({ kind: 'end', id: 1 })
    await reading
    expect(items).toEqual(Array.from({ length: streamCredits }, (_, item) => item))
    expect(sent[0]).toMatchObject({ kind: 'open', credits: streamCredits })
    expect(sent.some(message => message.kind === 'cancel')).toBe(false)
  })

  it('a loop that is left cancels its stream; one that goes on is granted more', async () => {
    const { sent, talk } = start()
    const stream = talk.stream('app.notices', undefined)[Symbol.asyncIterator]()
    const first = stream.next()
    for (let item = 0; item < streamCredits / 2; item += 1) talk.receive({ kind: 'item', id: 1, value: item })
    await first
    for (let item = 1; item < streamCredits / 2; item += 1) await stream.next()
    expect(sent).toContainEqual({ kind: 'credit', id: 1, count: streamCredits / 2 })
    await stream.return?.()
    expect(sent.at(-1)).toEqual({ kind: 'cancel', id: 1 })
  })

  it('a lost door ends everything under way with DISCONNECTED', async () => {
    const { talk } = start()
    const call = talk.call('app.info', undefined)
    const stream = talk.stream('app.notices', undefined)[Symbol.asyncIterator]().next()
    talk.disconnected()
    await expect(call).rejects.toMatchObject({ failure: { code: 'DISCONNECTED' } })
    await expect(stream).rejects.toMatchObject({ failure: { code: 'DISCONNECTED' } })
  })
})
