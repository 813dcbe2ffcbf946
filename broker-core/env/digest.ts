/** The hashes that SCRAM knows (RFC 5802, RFC 7677). */
export type HashName = 'sha-256' | 'sha-512'

/** Hashing for authentication. Synchronous: the inputs are short, and `derive` is bounded by the iteration counts callers accept. */
export interface Digest {
  hash(name: HashName, bytes: Uint8Array): Uint8Array
  hmac(name: HashName, key: Uint8Array, bytes: Uint8Array): Uint8Array
  /** PBKDF2 with HMAC, as long as the hash (SCRAM's `Hi`). */
  derive(name: HashName, password: Uint8Array, salt: Uint8Array, iterations: number): Uint8Array
  /** Takes the same time wherever the first difference stands. */
  equals(left: Uint8Array, right: Uint8Array): boolean
}
