import type { RawData, WebSocket } from 'ws'
import type { Port, ToWindow } from '../contract/messages.ts'
import { decodeMessage, encodeMessage } from '../contract/wire-format.ts'

/** A window that takes nothing while this much waits for it is cut off; it reconnects. */
const bufferedBytesMax = 268_435_456

/** A WebSocket as a port. A frame that is no message closes it. */
export function webSocketPort(socket: WebSocket): Port<unknown, ToWindow> {
  return {
    send(message) {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > bufferedBytesMax) return socket.terminate()
      socket.send(encodeMessage(message))
    },
    onMessage(listener) {
      socket.on('message', (data, isBinary) => {
        const message = decoded(data, isBinary)
        if (message === undefined) socket.close(1007, 'not a message')
        else listener(message.value)
      })
    },
    onClose: listener => void socket.once('close', listener),
    close: () => socket.close(1008, 'not understood'),
    bufferedBytes: () => socket.bufferedAmount,
  }
}

function decoded(data: RawData, isBinary: boolean): { value: unknown } | undefined {
  try {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? new Uint8Array(data) : data
    return { value: decodeMessage(isBinary ? bytes : new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch {
    return undefined
  }
}
