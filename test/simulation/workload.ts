import type { History } from './history.ts'
import type { SimCluster } from './sim-cluster.ts'
import type { SimWorld } from './sim-env.ts'

/** What a run consists of. */
export interface Run {
  readonly world: SimWorld
  readonly cluster: SimCluster
  readonly history: History
  readonly partitions: number
  /** Per partition. */
  readonly producers: number
}

/** The clients of a run: they fill the history, and know what must hold in the end. */
export interface Workload {
  /** Ends what changes anything; readers go on. */
  stopProducing(): void
  /** All replicas in sync by the word of all brokers, a moment ago. */
  areInSync(): boolean
  /** The same, and everything read to the end. */
  isConverged(): boolean
  describe(): string
  /** How much was promised to clients; a run with none proves nothing. */
  acknowledged(): number
  /** Called once converged: notes what is missing. */
  checkComplete(): void
  /** What is not the same on all disks. */
  differences(): string[]
}

/** Undefined, with a violation noted, when the clients could not begin. */
export type StartWorkload = (run: Run) => Promise<Workload | undefined>
