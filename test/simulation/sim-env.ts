import type { Disk } from '../../broker-core/env/disk.ts'
import type { Env } from '../../broker-core/env/env.ts'
import type { LogSink } from '../../broker-core/env/log-sink.ts'
import { crc32c } from '../../broker-core/env/node/checksum.ts'
import { nodeCompression } from '../../broker-core/env/node/compression.ts'
import { nodeDigest } from '../../broker-core/env/node/digest.ts'
import {
  createSimProcess,
  createSimTime,
  simClock,
  simTimers,
  type SimClock,
  type SimProcess,
  type SimTime,
} from './sim-clock.ts'
import { createSimNetwork, type SimNetwork, type SimNetworkOptions } from './sim-network.ts'
import { seededRandom, type SeededRandom } from './sim-random.ts'

/** A world of its own time, chance and network, from one seed. */
export interface SimWorld {
  readonly seed: number
  readonly time: SimTime
  readonly network: SimNetwork
  /** For the test's own choices; processes have sequences of their own. */
  readonly random: SeededRandom
  /** Starts a process. Names must differ between processes that live at the same time. */
  start(options: SimProcessOptions): RunningProcess
}

export interface SimProcessOptions {
  readonly name: string
  /** Survives the process; given again to the next one of that name. */
  readonly disk: Disk
  /** Milliseconds by which its wall clock stands off. */
  readonly clockOffsetMs?: number
  /** Its seconds per second. */
  readonly clockRate?: number
  readonly log?: LogSink
}

export interface RunningProcess {
  readonly process: SimProcess
  readonly env: Env
  readonly clock: SimClock
}

export function createSimWorld(seed: number, network?: SimNetworkOptions): SimWorld {
  const random = seededRandom(seed)
  const time = createSimTime()
  const wires = createSimNetwork(time, random.fork('network'), network)
  let started = 0
  return {
    seed,
    time,
    network: wires,
    random: random.fork('test'),
    start(options) {
      const process = createSimProcess(options.name, time)
      const rate = options.clockRate ?? 1
      const clock = simClock(time, { offsetMs: options.clockOffsetMs ?? 0, rate })
      const env: Env = {
        clock,
        timers: simTimers(time, process, rate),
        random: random.fork(`${options.name}#${started++}`),
        disk: options.disk,
        network: wires.of(process),
        compression: nodeCompression,
        crc32c,
        digest: nodeDigest,
        log: options.log ?? { write: () => {} },
      }
      return { process, env, clock }
    },
  }
}
