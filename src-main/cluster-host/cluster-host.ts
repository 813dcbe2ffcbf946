import type { LocalClusterView } from '../contract/views/cluster.ts'
import { FailureError } from '../contract/failure.ts'
import { watched } from '../workbench/watch.ts'
import type { Watched } from '../workbench/watch.ts'
import type { BrokerEvent, RunBroker } from './broker-runner.ts'
import { bootstrapOf, nodeProperties } from './cluster-shape.ts'
import type { ClusterShape } from './cluster-shape.ts'
import { localBroker } from './local-broker.ts'
import type { LocalBroker } from './local-broker.ts'

/** A broker that does not end by itself within this is ended, so that the whole app is gone within 5 s. */
const stopWithinMs = 3_500

export interface ClusterHost {
  readonly shape: ClusterShape
  readonly bootstrap: string
  readonly view: Watched<LocalClusterView>
  /** Starts those that do not run; resolves when all serve. Throws the first reason, with the others left running. */
  start(): Promise<void>
  /** Resolves when no broker runs; within about `stopWithinMs`. Safe to call again. */
  stop(): Promise<void>
  broker(brokerId: number): LocalBroker
  restartBroker(brokerId: number): Promise<void>
  /** While anybody looks: asks every event loop how late it is. */
  measureDelays(): Promise<void>
}

export interface ClusterHostOptions {
  readonly shape: ClusterShape
  readonly run: RunBroker
  readonly told: (brokerId: number, event: BrokerEvent) => void
  readonly nowMs: () => number
}

/** The embedded cluster: one broker per node of the shape, started, stopped and killed one by one or together. */
export function clusterHost(options: ClusterHostOptions): ClusterHost {
  const { shape } = options
  const brokers = new Map(shape.ports.map((port, index) => [index + 1, newBroker(options, index + 1, port, () => publish())]))
  let readyAfterMs: number | null = null
  const view = watched(viewOf())

  function viewOf(): LocalClusterView {
    const views = [...brokers.values()].map(broker => broker.view)
    return {
      state: stateOf(views.map(broker => broker.state)),
      bootstrap: bootstrapOf(shape),
      dataDirectory: shape.dataDirectory,
      brokers: views,
      readyAfterMs,
      failure: views.find(broker => broker.failure !== null)?.failure ?? null,
    }
  }
  function publish(): void {
    view.set(viewOf())
  }
  function brokerOf(brokerId: number): LocalBroker {
    const broker = brokers.get(brokerId)
    if (broker === undefined) throw new FailureError({ code: 'NOT_FOUND', message: `there is no local broker ${brokerId}` })
    return broker
  }

  return {
    shape,
    bootstrap: bootstrapOf(shape),
    view,
    async start() {
      const startMs = options.nowMs()
      const resting = [...brokers.values()].filter(broker => ['stopped', 'failed'].includes(broker.view.state))
      await Promise.all(resting.map(broker => broker.start()))
      readyAfterMs = options.nowMs() - startMs
      publish()
    },
    async stop() {
      await Promise.all([...brokers.values()].map(broker => broker.stop(stopWithinMs)))
    },
    broker: brokerOf,
    async restartBroker(brokerId) {
      const broker = brokerOf(brokerId)
      await broker.stop(stopWithinMs)
      await broker.start()
    },
    async measureDelays() {
      await Promise.all([...brokers.values()].map(broker => broker.measureDelay()))
      publish()
    },
  }
}

function newBroker(options: ClusterHostOptions, brokerId: number, port: number, changed: () => void): LocalBroker {
  return localBroker({
    brokerId,
    host: options.shape.host,
    port,
    properties: nodeProperties(options.shape, brokerId),
    run: options.run,
    changed,
    told: event => options.told(brokerId, event),
    nowMs: options.nowMs,
  })
}

/** The whole cluster in one word: the most telling of its brokers' states. */
export function stateOf(states: readonly LocalClusterView['state'][]): LocalClusterView['state'] {
  for (const state of ['starting', 'stopping', 'running', 'failed'] as const) if (states.includes(state)) return state
  return 'stopped'
}
