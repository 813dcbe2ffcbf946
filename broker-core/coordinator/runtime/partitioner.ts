/** Java's String.hashCode: h = 31 * h + UTF-16 unit, in 32 bits. */
export function javaHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}

/** INT-02: the partition of an internal topic that holds the state of a group or transactional id. */
export const partitionFor = (key: string, partitionCount: number): number => (javaHash(key) & 0x7fffffff) % partitionCount
