import type { Env } from '../env/env.ts'
import type { BrokerConfig } from './broker-config.ts'

/** One broker (and, when the configuration says so, voter of the metadata quorum) of this thread. */
export interface RunningBroker {
  readonly nodeId: number
  /** The client listener's real port, also where 0 was asked for. */
  readonly port: number
  readonly controllerPort: number
  readonly clusterId: string
  /** Resolves when registered, unfenced and caught up with the metadata; rejects when the broker stopped or failed before. */
  readonly ready: Promise<void>
  /** Controlled shutdown (REPL-19), flush, checkpoints, clean mark. Resolves when nothing of it is left; safe to call again. */
  stop(): Promise<void>
  /** Drops everything at once, as a crash does: no checkpoint, no clean mark, no goodbye. For tests and the fault panel. */
  kill(): Promise<void>
  /** Resolves with the error that stopped the broker, when one did (a bug, or its last log directory gone); never rejects. */
  readonly failed: Promise<Error>
}

export type StartBroker = (config: BrokerConfig, env: Env) => Promise<RunningBroker>
