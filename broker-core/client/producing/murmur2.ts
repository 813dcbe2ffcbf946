/** Java clients' hash of keys, MurmurHash2 with their seed, as a signed 32-bit number. */
export function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995
  const wholeBytes = data.length & ~3
  let h = 0x9747b28c ^ data.length
  for (let i = 0; i < wholeBytes; i += 4) {
    let k =
      (data[i] as number) | ((data[i + 1] as number) << 8) | ((data[i + 2] as number) << 16) | ((data[i + 3] as number) << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    h = Math.imul(h, m) ^ Math.imul(k, m)
  }
  const rest = data.length - wholeBytes
  if (rest === 3) h ^= (data[wholeBytes + 2] as number) << 16
  if (rest >= 2) h ^= (data[wholeBytes + 1] as number) << 8
  if (rest >= 1) h = Math.imul(h ^ (data[wholeBytes] as number), m)
  h = Math.imul(h ^ (h >>> 13), m)
  return h ^ (h >>> 15)
}
