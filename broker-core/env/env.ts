import type { Clock, Random, Timers } from './clock.ts'
import type { Compression, Crc32c } from './codec.ts'
import type { Digest } from './digest.ts'
import type { Disk } from './disk.ts'
import type { LogSink } from './log-sink.ts'
import type { Network } from './network.ts'

/** Everything that a broker knows of the world. `env/node` makes the real one, `test/simulation` the seeded one. */
export interface Env {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly disk: Disk
  readonly network: Network
  readonly compression: Compression
  readonly crc32c: Crc32c
  readonly digest: Digest
  readonly log: LogSink
}
