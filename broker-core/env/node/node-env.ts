import type { Env } from '../env.ts'
import type { LogSink } from '../log-sink.ts'
import { crc32c } from './checksum.ts'
import { nodeClock } from './clock.ts'
import { nodeCompression } from './compression.ts'
import { nodeDigest } from './digest.ts'
import { nodeDisk } from './disk.ts'
import { nodeLogSink } from './log-sink.ts'
import { nodeNetwork } from './network.ts'
import { nodeRandom } from './random.ts'
import { nodeTimers } from './timers.ts'

/** The real world, as this process sees it. Warnings and errors go to stderr unless `log` takes them. */
export function nodeEnv(options: { readonly log?: LogSink } = {}): Env {
  return {
    clock: nodeClock,
    timers: nodeTimers,
    random: nodeRandom,
    disk: nodeDisk,
    network: nodeNetwork,
    compression: nodeCompression,
    crc32c,
    digest: nodeDigest,
    log: options.log ?? nodeLogSink(),
  }
}
