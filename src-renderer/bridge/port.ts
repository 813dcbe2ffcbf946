import { portGreeting, webSocketProtocol } from '../../src-main/contract/messages.ts'
import type { ToMain, ToWindow } from '../../src-main/contract/messages.ts'
import { decodeMessage, encodeMessage } from '../../src-main/contract/wire-format.ts'

/** One live way to main. `onMessage` is told everything in order, `onClose` once. */
export interface MainPort {
  send(message: ToMain): void
  close(): void
}
export interface PortListener {
  onMessage(message: ToWindow): void
  onClose(): void
}
/** Opens a port; opening again after a close is a reconnection. */
export type OpenPort = (listener: PortListener) => void | Promise<MainPort> | MainPort

const desktopHost = 'brokerbench.invalid'
const tokenKey = 'brokerbench.token'

export const isDesktop = (): boolean => location.host === desktopHost

/** The preload posts the port after the page has loaded: the listener must stand before. */
export function desktopPort(listener: PortListener): Promise<MainPort> {
  return new Promise(resolve => {
    const onGreeting = (event: MessageEvent) => {
      if (event.source !== window || event.data !== portGreeting) return
      window.removeEventListener('message', onGreeting)
      const [port] = event.ports
      if (port !== undefined) resolve(overMessagePort(port, listener))
    }
    window.addEventListener('message', onGreeting)
  })
}

function overMessagePort(port: MessagePort, listener: PortListener): MainPort {
  port.addEventListener('message', event => listener.onMessage(event.data as ToWindow))
  port.addEventListener('close', () => listener.onClose())
  port.start()
  return { send: message => port.postMessage(message), close: () => port.close() }
}

/** The token stands in the address once, then in the tab's own storage, so that a reload keeps it and a copied address does not. */
export function takeToken(): string {
  const inAddress = /(?:^|[#&])token=([^&]+)/.exec(location.hash)?.[1]
  if (inAddress !== undefined) {
    sessionStorage.setItem(tokenKey, inAddress)
    const rest = location.hash.replace(/(^#|&)token=[^&]*/, '$1').replace(/[#&]+$/, '')
    history.replaceState(null, '', `${location.pathname}${rest}`)
  }
  return sessionStorage.getItem(tokenKey) ?? ''
}

export function browserPort(listener: PortListener): Promise<MainPort> {
  const token = takeToken()
  const address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/bridge`
  const socket = new WebSocket(address, [webSocketProtocol, `token.${token}`])
  socket.binaryType = 'arraybuffer'
  return new Promise((resolve, reject) => {
    let isOpen = false
    socket.addEventListener('open', () => {
      isOpen = true
      resolve({ send: message => socket.send(encodeMessage(message)), close: () => socket.close() })
    })
    socket.addEventListener('message', event => listener.onMessage(decoded(event.data)))
    socket.addEventListener('close', () => {
      if (isOpen) listener.onClose()
      else reject(new Error('the workbench does not answer at this address, or its token is another one now'))
    })
  })
}

const decoded = (data: string | ArrayBuffer): ToWindow =>
  decodeMessage(typeof data === 'string' ? data : new Uint8Array(data)) as ToWindow
