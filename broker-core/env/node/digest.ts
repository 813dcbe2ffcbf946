import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import type { Digest, HashName } from '../digest.ts'

const nodeNames: Record<HashName, string> = { 'sha-256': 'sha256', 'sha-512': 'sha512' }
const sizeBytes: Record<HashName, number> = { 'sha-256': 32, 'sha-512': 64 }

export const nodeDigest: Digest = {
  hash: (name, bytes) => createHash(nodeNames[name]).update(bytes).digest(),
  hmac: (name, key, bytes) => createHmac(nodeNames[name], key).update(bytes).digest(),
  derive: (name, password, salt, iterations) => pbkdf2Sync(password, salt, iterations, sizeBytes[name], nodeNames[name]),
  equals: (left, right) => left.length === right.length && timingSafeEqual(left, right),
}
