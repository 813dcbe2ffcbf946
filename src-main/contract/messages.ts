import type { Failure } from './failure.ts'

/**
 * What crosses a door, both ways. Each conversation has an id chosen by the window, used once.
 *
 * - `call` is answered by exactly one `ok` or `fail`; `cancel` asks to stop, and the answer is then `fail` with CANCELLED.
 * - `open` starts a stream with `credits`: the main side sends at most that many `item`s until `credit` grants more, so a slow
 *   window is never flooded (the newest snapshot replaces those not sent). It ends with one `end` or `fail`; `cancel` ends it too.
 * - Main speaks first: `hello`, once per port. A closed port ends everything that ran on it.
 *
 * Desktop door: these objects by structured clone over a MessagePort. The preload hands the port to the page with
 * `window.postMessage(portGreeting, '*', [port])`; the page takes it only when `event.source === window`, then calls `port.start()`.
 * Browser door: `new WebSocket('ws://HOST:PORT/bridge', [webSocketProtocol, 'token.' + token])` with the token of the page's address (`#token=…`), each
 * message encoded by `wire-format.ts`.
 */
export type ToMain =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'open'; readonly id: number; readonly name: string; readonly input: unknown; readonly credits: number }
  | { readonly kind: 'credit'; readonly id: number; readonly count: number }
  | { readonly kind: 'cancel'; readonly id: number }

export type ToWindow =
  | { readonly kind: 'hello'; readonly contractVersion: number; readonly appVersion: string }
  | { readonly kind: 'ok'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'fail'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'item'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'end'; readonly id: number }

/** Raised when old windows could misread new answers. */
export const contractVersion = 1
export const portGreeting = 'brokerbench-port'
export const webSocketProtocol = 'brokerbench.v1'

/** Conversations open at once on one port; further ones are refused with REFUSED. */
export const conversationsMax = 256

/** Message transport that both doors and the tests implement. */
export interface Port<Incoming, Outgoing> {
  send(message: Outgoing): void
  onMessage(listener: (message: Incoming) => void): void
  onClose(listener: () => void): void
  close(): void
  /** Bytes sent but not yet taken by the other side; streams pause while it is high. Zero where unknown. */
  bufferedBytes(): number
}
