import { FailureError } from '../contract/failure.ts'
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
  /** Server properties for the next start of each broker. Throws FailureError where no broker could start with them. */
  choose(properties: Readonly<Record<string, string>>): void
  /** Brokers that run with other properties than they would start with now. */
  runningWithOthers(): number[]
  readonly members: Pick<ClusterMembers, 'add' | 'forget' | 'empty'>
  /**
   * Stops every broker, removes all of their files and starts them anew: no topic, record, group or added broker is left. Throws
   * FailureError; where files could not be removed, nothing is started until a reset has come to its end.
   */
  reset(): Promise<void>
  /** While anybody looks: asks every event loop how late it is. */
  measureDelays(): Promise<void>
}

export interface HostOptions extends MembersOptions {
  /** Of brokers that are at rest: their files go; gives back what the cluster is now. */
  readonly renew: (shape: ClusterShape) => Promise<ClusterShape>
  /** Judges what the settings choose, and writes it down. Throws FailureError. */
  readonly keepChosen: (shape: ClusterShape) => void
}

/** The embedded cluster: one broker per member, started, stopped and killed one by one or together. */
export function clusterHost(options: HostOptions): ClusterHost {
  let members = clusterMembers(options, publish)
  const gate = resetGate()
  let readyAfterMs: number | null = null
  const view = watched(viewOf(members, readyAfterMs))

  function publish(): void {
    view.set(viewOf(members, readyAfterMs))
  }
  const opened = (): ClusterMembers => {
    gate.pass()
    return members
  }
  async function start(): Promise<void> {
    const startMs = options.nowMs()
    const resting = members.all().filter(broker => ['stopped', 'failed'].includes(broker.view.state))
    await Promise.all(resting.map(broker => broker.start()))
    readyAfterMs = options.nowMs() - startMs
    publish()
  }
  const stop = async () => {
    await Promise.all(members.all().map(broker => broker.stop(stopWithinMs)))
  }

  return {
    get shape() {
      return members.shape
    },
    get bootstrap() {
      return bootstrapOf(members.shape)
    },
    view,
    get members() {
      return opened()
    },
    broker: brokerId => opened().broker(brokerId),
    async start() {
      gate.pass()
      await start()
    },
    stop,
    async reset() {
      await gate.closedFor(async () => {
        await stop()
        const shape = await options.renew(members.shape)
        members = clusterMembers({ ...options, shape }, publish)
        publish()
      })
      await start()
    },
    async restartBroker(brokerId) {
      const broker = opened().broker(brokerId)
      await broker.stop(stopWithinMs)
      await broker.start()
    },
    choose(properties) {
      options.keepChosen({ ...opened().shape, chosen: properties })
      members.choose(properties)
    },
    runningWithOthers: () => members.runningWithOthers(),
    async measureDelays() {
      await Promise.all(members.all().map(broker => broker.measureDelay()))
      publish()
    },
  }
}

function viewOf(members: ClusterMembers, readyAfterMs: number | null): LocalClusterView {
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

/** While the directory is reset, and after a reset that broke, no broker may be started or changed. */
function resetGate() {
  let reason: string | undefined
  return {
    /** Throws FailureError when closed. */
    pass(): void {
      if (reason !== undefined) throw new FailureError({ code: 'REFUSED', message: reason })
    },
    async closedFor(reset: () => Promise<void>): Promise<void> {
      if (reason === resetRuns) throw new FailureError({ code: 'REFUSED', message: resetRuns })
      reason = resetRuns
      try {
        await reset()
        reason = undefined
      } catch (error) {
        reason = resetBroke
        throw resetFailure(error)
      }
    },
  }
}

const resetRuns = 'the data directory is being reset'
const resetBroke = 'the reset of the data directory has not come to its end: do it again'

function resetFailure(error: unknown): FailureError {
  const message = `the data directory could not be emptied, and no broker runs: ${(error as Error).message}`
  const hint = 'Mend what keeps it from that, then reset again. A restart of the app goes on with it too.'
  return new FailureError({ code: 'REFUSED', message, hint }, { cause: error })
}

/** The whole cluster in one word: the most telling of its brokers' states. */
export function stateOf(states: readonly LocalClusterView['state'][]): LocalClusterView['state'] {
  for (const state of ['starting', 'stopping', 'running', 'failed'] as const) if (states.includes(state)) return state
  return 'stopped'
}
