/** Java's String.hashCode: h = 31 * h + UTF-16 unit, in 32 bits. */
export function javaHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}

/**
 * INT-02: the partition of an internal topic that holds the state of a group or transactional id. As in Kafka by the absolute value of the
 * hash, not by its lower 31 bits: a directory must mean the same to both.
 */
export function partitionFor(key: string, partitionCount: number): number {
  const hash = javaHash(key)
  // Java has no absolute value of its smallest integer.
  return (hash === -0x8000_0000 ? 0 : Math.abs(hash)) % partitionCount
}
