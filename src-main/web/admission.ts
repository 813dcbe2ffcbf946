import { createHash, timingSafeEqual } from 'node:crypto'
import { webSocketProtocol } from '../contract/messages.ts'

const tokenPrefix = 'token.'

/** What a WebSocket says of itself before it is let in. */
export interface Visitor {
  readonly host: string | undefined
  readonly origin: string | undefined
  /** `Sec-WebSocket-Protocol`, as sent. */
  readonly protocols: string | undefined
  readonly path: string | undefined
}

export type Admission = 'admitted' | 'wrong-host' | 'wrong-origin' | 'wrong-path' | 'wrong-protocol' | 'wrong-token'

/**
 * Who may come in: the page that this door itself served (host and origin, against other sites and names that point at loopback),
 * with the token of the printed address (against other programs of this machine).
 */
export function admit(visitor: Visitor, door: { readonly host: string; readonly token: string }): Admission {
  if (!isOwnHost(visitor.host, door.host)) return 'wrong-host'
  if (visitor.origin === undefined || !visitor.origin.startsWith('http://') || !isOwnHost(visitor.origin.slice(7), door.host))
    return 'wrong-origin'
  if (visitor.path !== '/bridge') return 'wrong-path'
  const protocols = (visitor.protocols ?? '').split(',').map(part => part.trim())
  if (!protocols.includes(webSocketProtocol)) return 'wrong-protocol'
  const token = protocols.find(protocol => protocol.startsWith(tokenPrefix))?.slice(tokenPrefix.length)
  return token !== undefined && sameSecret(token, door.token) ? 'admitted' : 'wrong-token'
}

/** `localhost` is as good as the address: both mean this door. */
export function isOwnHost(given: string | undefined, own: string): boolean {
  const port = own.slice(own.lastIndexOf(':'))
  return given === own || given === `localhost${port}`
}

/** Takes the same time whatever differs, lengths included. */
function sameSecret(given: string, own: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(own))
}
