import type { RecoveryProgress } from '../../broker-core/cluster/broker.ts'
import type { LocalBrokerState, LocalBrokerView, UncleanableView } from '../contract/views/cluster.ts'
import { FailureError } from '../contract/failure.ts'
import type { BrokerEvent, BrokerHandle, RunBroker } from './broker-runner.ts'
import { followRecovery } from './recovery-told.ts'

/** Where a broker may go from where it is. */
export const moves: Readonly<Record<LocalBrokerState, readonly LocalBrokerState[]>> = {
  stopped: ['starting'],
  starting: ['running', 'stopping', 'failed', 'stopped'],
  running: ['stopping', 'failed', 'stopped'],
  stopping: ['stopped', 'failed'],
  failed: ['starting'],
}

export interface LocalBroker {
  readonly view: LocalBrokerView
  /** Resolves when it serves. Throws FailureError when it is not stopped, Error when it ended instead. */
  start(): Promise<void>
  /** Resolves when nothing of it runs, also when nothing ran. */
  stop(withinMs: number): Promise<void>
  kill(): Promise<void>
  /** Whether it runs with other properties than it would start with now. */
  runsWithOthers(): boolean
  /** Asks its event loop how late it is; the answer is in `view`. */
  measureDelay(): Promise<void>
}

export interface LocalBrokerOptions {
  readonly brokerId: number
  readonly host: string
  readonly port: number
  readonly isVoter: boolean
  /** For its next start. */
  readonly properties: () => ReadonlyMap<string, string>
  readonly run: RunBroker
  readonly changed: () => void
  readonly told: (event: BrokerEvent) => void
  readonly nowMs: () => number
}

export function localBroker(options: LocalBrokerOptions): LocalBroker {
  const { brokerId, host, port, isVoter } = options
  const atRest = { startedAtMs: null, failure: null, eventLoopDelayMs: null, recovery: null, uncleanable: [] }
  let view: LocalBrokerView = { brokerId, host, port, isVoter, state: 'stopped', ...atRest }
  let handle: BrokerHandle | undefined
  let startedWith = ''

  const move = (state: LocalBrokerState, more: Partial<LocalBrokerView> = {}) => {
    if (!moves[view.state].includes(state)) throw new Error(`broker ${brokerId} cannot go from ${view.state} to ${state}`)
    view = { ...view, ...more, state }
    options.changed()
  }
  const refuseUnless = (allowed: boolean, verb: string) => {
    if (!allowed)
      throw new FailureError({ code: 'REFUSED', message: `broker ${brokerId} is ${view.state}: it cannot be ${verb}` })
  }
  const end = async (how: (running: BrokerHandle) => Promise<void>) => {
    const running = handle
    if (running === undefined) return
    if (view.state !== 'stopping') move('stopping')
    await how(running)
    await running.ended
  }
  const watchEnd = (running: BrokerHandle) =>
    void running.ended.then(({ failure }) => {
      if (handle !== running) return
      handle = undefined
      const ended = { startedAtMs: null, eventLoopDelayMs: null, recovery: null }
      if (failure === undefined) move('stopped', ended)
      else move('failed', { ...ended, failure })
    })

  const patch = (change: Partial<LocalBrokerView>) => {
    view = { ...view, ...change }
    options.changed()
  }

  return {
    get view() {
      return view
    },
    async start() {
      refuseUnless(view.state === 'stopped' || view.state === 'failed', 'started')
      move('starting', { failure: null, startedAtMs: options.nowMs(), uncleanable: [] })
      const { told, recovering } = listenTo(options, () => view, patch)
      const properties = options.properties()
      startedWith = textOf(properties)
      const started = options.run(properties, told, recovering)
      handle = started
      watchEnd(started)
      await started.ready
      if (view.state === 'starting') move('running', { recovery: null })
    },
    stop: withinMs => end(running => running.stop(withinMs)),
    async kill() {
      refuseUnless(handle !== undefined, 'killed')
      await end(running => running.kill())
    },
    runsWithOthers: () => handle !== undefined && startedWith !== textOf(options.properties()),
    async measureDelay() {
      const running = handle
      if (running === undefined || view.state !== 'running') return
      const delayMs = await running.delayMs()
      if (handle === running && view.state === 'running') view = { ...view, eventLoopDelayMs: delayMs ?? null }
    },
  }
}

const textOf = (properties: ReadonlyMap<string, string>): string => JSON.stringify([...properties])

/** What one start of a broker tells: it goes on, and what lasts is kept in the view for who looks later. */
function listenTo(options: LocalBrokerOptions, view: () => LocalBrokerView, patch: (change: Partial<LocalBrokerView>) => void) {
  const line = (detail: string) => options.told({ level: 'info', event: 'broker.recovering', fields: { detail } })
  const follower = followRecovery(options.nowMs, line)
  return {
    recovering(progress: RecoveryProgress) {
      if (view().state !== 'starting') return
      follower.note(progress)
      patch({ recovery: follower.view })
    },
    told(event: BrokerEvent) {
      if (event.event === 'log.uncleanable') patch({ uncleanable: withUncleanable(view().uncleanable, event.fields) })
      options.told(event)
    },
  }
}

const uncleanableMax = 100

function withUncleanable(
  known: readonly UncleanableView[],
  { partition, error }: BrokerEvent['fields'],
): readonly UncleanableView[] {
  const rest = known.filter(one => one.partition !== partition)
  return rest.length >= uncleanableMax ? known : [...rest, { partition: String(partition), error: String(error) }]
}
