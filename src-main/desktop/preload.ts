import { ipcRenderer } from 'electron'
import { portGreeting } from '../contract/messages.ts'

/**
 * Hands the page one port and nothing else: it has no other way to main. The port is asked for when the page has loaded (its modules
 * have run by then), so every reload gets a port of its own.
 */
declare const window: {
  addEventListener(event: 'load', listener: () => void): void
  postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void
}

ipcRenderer.on(portGreeting, event => window.postMessage(portGreeting, '*', event.ports))
window.addEventListener('load', () => ipcRenderer.send(portGreeting))
