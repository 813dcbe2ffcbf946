import { MessageChannelMain, ipcMain } from 'electron'
import type { MessagePortMain, WebFrameMain } from 'electron'
import { portGreeting } from '../contract/messages.ts'
import type { Port, ToWindow } from '../contract/messages.ts'
import { isOwnPage } from './page.ts'

/** Gives each load of our own page, in its top frame, one port. Whoever else asks gets no answer. */
export function openIpcDoor(onPort: (port: Port<unknown, ToWindow>) => void): void {
  ipcMain.on(portGreeting, event => {
    const frame = event.senderFrame
    if (frame === null || !isTrusted(frame)) return
    const { port1, port2 } = new MessageChannelMain()
    onPort(messagePort(port1))
    frame.postMessage(portGreeting, null, [port2])
  })
}

const isTrusted = (frame: WebFrameMain): boolean => frame.parent === null && isOwnPage(frame.url)

/** Closing is told whichever side does it. Listeners are set before the port is started, so that nothing is missed. */
function messagePort(port: MessagePortMain): Port<unknown, ToWindow> {
  const onClosed = new Set<() => void>()
  let isClosed = false
  const closed = () => {
    if (isClosed) return
    isClosed = true
    for (const listener of onClosed) listener()
  }
  port.once('close', closed)
  return {
    send(message) {
      if (!isClosed) port.postMessage(message)
    },
    onMessage(listener) {
      port.on('message', event => {
        if (!isClosed) listener(event.data)
      })
      port.start()
    },
    onClose: listener => void onClosed.add(listener),
    close() {
      port.close()
      closed()
    },
    bufferedBytes: () => 0,
  }
}
