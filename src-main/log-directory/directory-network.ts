import type { Compression, Crc32c } from '../../broker-core/env/codec.ts'
import { NetworkError } from '../../broker-core/env/network.ts'
import type { Network, Socket, SocketHandlers } from '../../broker-core/env/network.ts'
import { decodeRequest, encodeResponse } from '../../broker-core/protocol/frames.ts'
import type { Api } from '../../broker-core/protocol/api.ts'
import { directoryAnswers } from './directory-answers.ts'
import { openLogDirectory } from './log-directory.ts'

/**
 * A network on which there is one broker: the log directory. The client and every screen above it work as with any cluster, and no
 * port is opened, so nobody else gets to see the files. Throws LogDirectoryError.
 */
export function directoryNetwork(path: string, codecs: { readonly compression: Compression; readonly crc32c: Crc32c }): Network {
  const answers = directoryAnswers(openLogDirectory(path), codecs)
  const apis = new Map<number, Api>([...answers].map(([key, { api }]) => [key, api]))
  const answer = (frame: Uint8Array): Uint8Array[] => {
    const request = decodeRequest(frame, apis)
    // The client asks only for what ApiVersions offers.
    if (request.kind !== 'request') throw new NetworkError('reset', 'not offered by a log directory')
    const body = answers.get(request.api.key)?.answer(request.body)
    return encodeResponse(request.api, request.header.apiVersion, request.header.correlationId, body)
  }
  return {
    listen: () => Promise.reject(new NetworkError('not-permitted', 'nothing listens on a log directory')),
    connect: () => Promise.resolve(conversation(answer)),
  }
}

/** Both ends of a connection in one: what is written is split into frames, answered in order, and read again. */
function conversation(answer: (frame: Uint8Array) => Uint8Array[]): Socket {
  let handlers: SocketHandlers | undefined
  let pending: Uint8Array = new Uint8Array(0)
  let isClosed = false
  const close = (error?: NetworkError) => {
    if (isClosed) return
    isClosed = true
    setImmediate(() => handlers?.closed(error))
  }
  const answerFrames = () => {
    while (pending.length >= 4) {
      const size = new DataView(pending.buffer, pending.byteOffset).getUint32(0)
      if (pending.length < 4 + size) return
      const frame = pending.slice(4, 4 + size)
      pending = pending.subarray(4 + size)
      setImmediate(() => {
        if (isClosed) return
        try {
          handlers?.data(joined(answer(frame)))
        } catch (error) {
          close(error instanceof NetworkError ? error : new NetworkError('reset', (error as Error).message))
        }
      })
    }
  }
  return {
    remoteAddress: 'log-directory',
    setHandlers(next) {
      handlers = next
    },
    write(chunks) {
      pending = joined([pending, ...chunks])
      answerFrames()
      return true
    },
    bufferedBytes: () => 0,
    pause: () => undefined,
    resume: () => undefined,
    end: () => close(),
    destroy: () => close(),
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
