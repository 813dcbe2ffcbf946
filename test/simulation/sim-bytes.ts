const slabBytes = 64 * 1024
const largestInSlab = 4 * 1024
let slab = new Uint8Array(slabBytes)
let used = 0

/** The chunks in one piece, never moved again. Small pieces share memory, as those of Node's sockets do: a world makes very many. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  let sizeBytes = 0
  for (const chunk of chunks) sizeBytes += chunk.length
  const whole = sizeBytes > largestInSlab ? new Uint8Array(sizeBytes) : pieceOfSlab(sizeBytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function pieceOfSlab(sizeBytes: number): Uint8Array {
  if (used + sizeBytes > slabBytes) {
    slab = new Uint8Array(slabBytes)
    used = 0
  }
  used += sizeBytes
  return slab.subarray(used - sizeBytes, used)
}
