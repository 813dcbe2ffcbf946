/**
 * How one message travels over the WebSocket. JSON text when it holds no bytes; otherwise a binary frame: uint32 big-endian length
 * of the JSON, the JSON in UTF-8, then the blobs one after the other. In the JSON a Uint8Array stands as `{"$bytes": length}`, in the
 * order of the blobs. A real object with the key `$bytes` never occurs: views are declared in `views/`.
 */
export function encodeMessage(message: unknown): string | Uint8Array<ArrayBuffer> {
  const blobs: Uint8Array[] = []
  // Not the value that the replacer is given: a Buffer of Node has become a plain object by then.
  const json = JSON.stringify(message, function (this: Readonly<Record<string, unknown>>, key, value: unknown) {
    const original = this[key]
    if (!(original instanceof Uint8Array)) return value
    blobs.push(original)
    return { $bytes: original.length }
  })
  return blobs.length === 0 ? json : binaryFrame(new TextEncoder().encode(json), blobs)
}

/** Throws on anything that `encodeMessage` could not have made. */
export function decodeMessage(data: string | Uint8Array): unknown {
  if (typeof data === 'string') return JSON.parse(data)
  if (data.length < 4) throw new Error('message frame too short')
  const jsonLength = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0)
  if (jsonLength > data.length - 4) throw new Error('message frame shorter than its length says')
  let position = 4 + jsonLength
  const value = JSON.parse(
    new TextDecoder('utf-8', { fatal: true }).decode(data.subarray(4, position)),
    (_key, part: unknown) => {
      const length = blobLength(part)
      if (length === undefined) return part
      if (length > data.length - position) throw new Error('blob longer than its frame')
      const blob = data.slice(position, position + length)
      position += length
      return blob
    },
  ) as unknown
  if (position !== data.length) throw new Error('bytes left over in message frame')
  return value
}

function binaryFrame(json: Uint8Array, blobs: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(blobs.reduce((size, blob) => size + blob.length, 4 + json.length))
  new DataView(frame.buffer).setUint32(0, json.length)
  frame.set(json, 4)
  let position = 4 + json.length
  for (const blob of blobs) {
    frame.set(blob, position)
    position += blob.length
  }
  return frame
}

function blobLength(part: unknown): number | undefined {
  if (typeof part !== 'object' || part === null || !('$bytes' in part)) return undefined
  const length = part.$bytes
  if (!Number.isSafeInteger(length) || (length as number) < 0) throw new Error('bad blob length')
  return length as number
}
