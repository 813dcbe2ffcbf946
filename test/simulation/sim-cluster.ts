import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { startBroker, type RunningBroker } from '../../broker-core/cluster/broker.ts'
import type { Env } from '../../broker-core/env/env.ts'
import type { LogLevel } from '../../broker-core/env/log-sink.ts'
import type { RunningProcess, SimWorld } from './sim-env.ts'
import { epochMs } from './sim-clock.ts'
import { SimulatedDisk, type Survival } from './sim-disk.ts'

/** Whole brokers in a simulated world; ids from 1 on, ports from these bases on. */
export interface SimCluster {
  readonly ids: readonly number[]
  readonly bootstrap: string
  /** Starts a broker on the disk that its predecessor left. */
  start(id: number): void
  /** `everything`: kill -9, its system lives on. Else the power goes, and what was not synced goes with it, wholly or partly. */
  crash(id: number, survival: Survival): void
  /** Writes are refused from now on, until the broker has been crashed; that it fails then is no failure of the run. */
  breakDisk(id: number, error: 'no-space' | 'io'): void
  /** Controlled shutdown; resolves when done (then the process is gone). */
  stop(id: number): Promise<void>
  isRunning(id: number): boolean
  running(id: number): SimBroker | undefined
  diskOf(id: number): SimulatedDisk
  /** Bugs that brokers told of, and starts that failed. */
  readonly failures: string[]
  readonly log: string[]
}

export interface SimBroker {
  readonly node: RunningProcess
  /** Undefined until its ports are open. */
  broker: RunningBroker | undefined
  isReady: boolean
  /** Asked to stop: that it never became ready is no failure. */
  isStopping: boolean
  /** Names this run of this broker. */
  readonly incarnation: string
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface SimClusterOptions {
  readonly brokers?: number
  /** Kafka's names, for all brokers. */
  readonly properties?: Readonly<Record<string, string>>
  /** Sees every event that a broker logs, whatever its level. */
  readonly watch?: (id: number, event: string, fields: LogFields) => void
  /** The least level that is kept. */
  readonly logLevel?: LogLevel
  /** Puts something between a broker and its world. */
  readonly decorate?: (env: Env, id: number) => Env
}

const clientPort = 9091
const controllerPort = 19_091
const ranks: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

export function createSimCluster(world: SimWorld, options: SimClusterOptions = {}): SimCluster {
  const ids = Array.from({ length: options.brokers ?? 3 }, (_, index) => index + 1)
  const wallMs = () => epochMs + Math.floor(world.time.nowMs())
  const disks = new Map(ids.map(id => [id, new SimulatedDisk(world.random.fork(`disk-${id}`).fraction, wallMs)]))
  const live = new Map<number, SimBroker>()
  const failures: string[] = []
  const log: string[] = []
  let runs = 0
  // Quartz is off by parts in a million; two in a hundred show more.
  const clocks = new Map(ids.map(id => [id, world.random.fork(`clock-${id}`)]))
  const voters = ids.map(id => `${id}@127.0.0.1:${controllerPort + id}`).join(',')

  const configOf = (id: number) =>
    brokerConfig(
      new Map(
        Object.entries({
          'node.id': String(id),
          'process.roles': 'broker,controller',
          listeners: `PLAINTEXT://127.0.0.1:${clientPort + id},CONTROLLER://127.0.0.1:${controllerPort + id}`,
          'controller.quorum.voters': voters,
          'log.dirs': `/broker-${id}`,
          'default.replication.factor': '3',
          'min.insync.replicas': '2',
          ...options.properties,
        }),
      ),
      warning => log.push(warning),
    )
  const diskOf = (id: number): SimulatedDisk => {
    const disk = disks.get(id)
    if (disk === undefined) throw new Error(`no broker ${id}`)
    return disk
  }
  function note(id: number, level: LogLevel, text: string): void {
    if (ranks[level] >= ranks[options.logLevel ?? 'warn']) log.push(`${world.time.nowMs().toFixed(2)} ${id} ${level} ${text}`)
  }

  return {
    ids,
    bootstrap: ids.map(id => `127.0.0.1:${clientPort + id}`).join(','),
    failures,
    log,
    diskOf,
    isRunning: id => live.has(id),
    running: id => live.get(id),
    start(id) {
      const sink = {
        write(level: LogLevel, event: string, fields: LogFields = {}) {
          options.watch?.(id, event, fields)
          note(id, level, `${event} ${JSON.stringify(fields)}`)
        },
      }
      const clock = clocks.get(id) ?? world.random
      const clockRate = clock.between(0.98, 1.02)
      const clockOffsetMs = Math.round(clock.between(-5_000, 5_000))
      const node = world.start({ name: `broker-${id}`, disk: diskOf(id), log: sink, clockRate, clockOffsetMs })
      const one: SimBroker = {
        node,
        broker: undefined,
        isReady: false,
        isStopping: false,
        incarnation: `broker ${id} run ${++runs}`,
      }
      live.set(id, one)
      const env = options.decorate?.(node.env, id) ?? node.env
      const failed = (error: unknown): void => {
        if (live.get(id) === one && !one.isStopping)
          failures.push(`broker ${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      }
      startBroker(configOf(id), env).then(broker => {
        one.broker = broker
        broker.ready.then(() => (one.isReady = true), failed)
        void broker.failed.then(failed)
      }, failed)
    },
    crash(id, survival) {
      const one = live.get(id)
      if (one === undefined) return
      live.delete(id)
      one.node.process.die(survival === 'everything' ? 'killed' : 'power-lost')
      diskOf(id).refuse = () => undefined
      diskOf(id).restart(survival)
    },
    breakDisk(id, error) {
      const one = live.get(id)
      if (one === undefined) return
      one.isStopping = true
      const refused = error === 'io' ? ['write', 'create', 'resize', 'sync'] : ['write', 'create', 'resize']
      diskOf(id).refuse = operation => (refused.includes(operation) ? error : undefined)
    },
    async stop(id) {
      const one = live.get(id)
      if (one === undefined || one.isStopping) return
      one.isStopping = true
      await one.broker?.stop()
      if (live.get(id) !== one) return
      live.delete(id)
      one.node.process.die()
      diskOf(id).restart('everything')
    },
  }
}
