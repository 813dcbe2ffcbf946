import { describe, expect, it } from 'vitest'
import { contract } from '../../../src-main/contract/contract.ts'
import { FailureError } from '../../../src-main/contract/failure.ts'
import type { Port, ToWindow } from '../../../src-main/contract/messages.ts'
import { answerPort } from '../../../src-main/workbench/answer-port.ts'
import type { CallContext, Handlers } from '../../../src-main/workbench/handlers.ts'
import { lazyHandlers } from '../../../src-main/workbench/lazy-handlers.ts'

/** The window's end of a port, as a test holds it. */
function windowPort() {
  const sent: ToWindow[] = []
  let onMessage: (message: unknown) => void = () => undefined
  const closed: (() => void)[] = []
  const state = { isClosed: false }
  const close = () => {
    if (state.isClosed) return
    state.isClosed = true
    for (const listener of closed) listener()
  }
  const port: Port<unknown, ToWindow> = {
    send: message => void sent.push(message),
    onMessage: listener => {
      onMessage = listener
    },
    onClose: listener => void closed.push(listener),
    close,
    bufferedBytes: () => 0,
  }
  return { port, sent, say: (message: unknown) => onMessage(message), close, state }
}

function answered(handlers: Partial<Record<keyof Handlers, unknown>>) {
  const window = windowPort()
  const reported: unknown[] = []
  answerPort(window.port, {
    handlers: handlers as Handlers,
    appVersion: '1.2.3',
    toFailure: error => (error instanceof FailureError ? error.failure : { code: 'BUG', message: 'ours' }),
    report: error => reported.push(error),
  })
  return { ...window, reported }
}

const settled = () => new Promise(resolve => setImmediate(resolve))

describe('a port', () => {
  it('greets first, then answers each call once', async () => {
    const { sent, say } = answered({ 'app.info': () => Promise.resolve({ name: 'B' }) })
    say({ kind: 'call', id: 1, name: 'app.info' })
    await settled()
    expect(sent).toEqual([
      { kind: 'hello', contractVersion: 1, appVersion: '1.2.3' },
      { kind: 'ok', id: 1, value: { name: 'B' } },
    ])
  })

  it('refuses input that does not parse, naming the field, and goes on', async () => {
    const { sent, say, state } = answered({})
    say({ kind: 'call', id: 1, name: 'topics.create', input: { connection: 'local', topic: 'a b', partitions: 1 } })
    say({ kind: 'call', id: 2, name: '__proto__', input: {} })
    say({ kind: 'open', id: 3, name: 'app.info', input: {}, credits: 1 })
    await settled()
    expect(sent[1]).toMatchObject({
      kind: 'fail',
      id: 1,
      failure: { code: 'BAD_INPUT', message: expect.stringMatching(/^topic: /) },
    })
    expect(sent[2]).toMatchObject({ kind: 'fail', id: 2, failure: { code: 'NOT_FOUND' } })
    expect(sent[3]).toMatchObject({ kind: 'fail', id: 3, failure: { code: 'NOT_FOUND' } })
    expect(state.isClosed).toBe(false)
  })

  it.each([
    null,
    'text',
    { kind: 'call' },
    { kind: 'call', id: -1, name: 'app.info' },
    { kind: 'open', id: 1, name: 'x', credits: 1e9 },
  ])('is closed by something that is no message: %j', message => {
    const { say, state } = answered({})
    say(message)
    expect(state.isClosed).toBe(true)
  })

  it('tells our own mistakes to the terminal and not to the window', async () => {
    const { sent, say, reported } = answered({ 'app.info': () => Promise.reject(new Error('secret path /u')) })
    say({ kind: 'call', id: 1, name: 'app.info', input: {} })
    await settled()
    expect(sent[1]).toEqual({ kind: 'fail', id: 1, failure: { code: 'BUG', message: 'ours' } })
    expect(String(reported[0])).toContain('secret path')
  })

  it('sends a stream only as far as it has credit, and ends it with its cancel', async () => {
    let made = 0
    let isEnded = false
    const { sent, say } = answered({
      'app.notices': async function* () {
        try {
          for (;;) yield (made += 1)
        } finally {
          isEnded = true
        }
      },
    })
    say({ kind: 'open', id: 7, name: 'app.notices', credits: 2 })
    await settled()
    expect(sent.slice(1).map(message => message.kind)).toEqual(['item', 'item'])
    say({ kind: 'credit', id: 7, count: 1 })
    await settled()
    expect(made).toBe(3)
    say({ kind: 'cancel', id: 7 })
    await settled()
    expect(isEnded).toBe(true)
    expect(sent.at(-1)).toEqual({ kind: 'end', id: 7 })
  })

  it('cancels what runs when it closes', async () => {
    let signal: AbortSignal | undefined
    const { say, close } = answered({
      'cluster.overview': (_input: unknown, context: CallContext) => {
        signal = context.signal
        return new Promise(() => undefined)
      },
    })
    say({ kind: 'call', id: 1, name: 'cluster.overview', input: { connection: 'local' } })
    await settled()
    close()
    expect(signal?.aborted).toBe(true)
  })

  it('refuses the 257th conversation', async () => {
    const { sent, say } = answered({ 'cluster.overview': () => new Promise(() => undefined) })
    for (let id = 0; id <= 256; id += 1) say({ kind: 'call', id, name: 'cluster.overview', input: { connection: 'local' } })
    await settled()
    expect(sent.slice(1)).toMatchObject([{ kind: 'fail', id: 256, failure: { code: 'REFUSED' } }])
  })
})

it('lazy handlers load with the first question, and have every name of the contract', async () => {
  let loads = 0
  const handlers = lazyHandlers(() => {
    loads += 1
    return Promise.resolve({ 'app.info': () => Promise.resolve('info') } as unknown as Handlers)
  })
  expect(Object.keys(handlers).sort()).toEqual(Object.keys(contract).sort())
  expect(loads).toBe(0)
  expect(await handlers['app.info'](undefined, {} as CallContext)).toBe('info')
  expect(loads).toBe(1)
})
