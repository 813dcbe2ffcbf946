import type { LocalClusterView } from '../contract/views/cluster.ts'
import { watched } from '../workbench/watch.ts'
import type { Watched } from '../workbench/watch.ts'
import { clusterMembers } from './cluster-members.ts'
import type { ClusterMembers, MembersOptions } from './cluster-members.ts'
import { bootstrapOf } from './cluster-shape.ts'
import type { ClusterShape } from './cluster-shape.ts'
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
  readonly members: Pick<ClusterMembers, 'add' | 'forget' | 'empty'>
  /** While anybody looks: asks every event loop how late it is. */
  measureDelays(): Promise<void>
}

/** The embedded cluster: one broker per member, started, stopped and killed one by one or together. */
export function clusterHost(options: MembersOptions): ClusterHost {
  const members = clusterMembers(options, publish)
  let readyAfterMs: number | null = null
  const view = watched(viewOf())

  function viewOf(): LocalClusterView {
    const views = members.all().map(broker => broker.view)
    return {
      state: stateOf(views.map(broker => broker.state)),
      bootstrap: bootstrapOf(members.shape),
      dataDirectory: members.shape.dataDirectory,
      brokers: views,
      readyAfterMs,
      failure: views.find(broker => broker.failure !== null)?.failure ?? null,
    }
  }
  function publish(): void {
    view.set(viewOf())
  }

  return {
    get shape() {
      return members.shape
    },
    get bootstrap() {
      return bootstrapOf(members.shape)
    },
    view,
    members,
    broker: members.broker,
    async start() {
      const startMs = options.nowMs()
      const resting = members.all().filter(broker => ['stopped', 'failed'].includes(broker.view.state))
      await Promise.all(resting.map(broker => broker.start()))
      readyAfterMs = options.nowMs() - startMs
      publish()
    },
    async stop() {
      await Promise.all(members.all().map(broker => broker.stop(stopWithinMs)))
    },
    async restartBroker(brokerId) {
      const broker = members.broker(brokerId)
      await broker.stop(stopWithinMs)
      await broker.start()
    },
    async measureDelays() {
      await Promise.all(members.all().map(broker => broker.measureDelay()))
      publish()
    },
  }
}

/** The whole cluster in one word: the most telling of its brokers' states. */
export function stateOf(states: readonly LocalClusterView['state'][]): LocalClusterView['state'] {
  for (const state of ['starting', 'stopping', 'running', 'failed'] as const) if (states.includes(state)) return state
  return 'stopped'
}
