import type { LocalBrokerView } from '../contract/views/cluster.ts'
import { FailureError } from '../contract/failure.ts'
import type { BrokerFiles } from './broker-files.ts'
import type { BrokerEvent, RunBroker } from './broker-runner.ts'
import { brokersMax, freeBrokerId, isVoter, membersOf, nodeProperties } from './cluster-shape.ts'
import type { AddedBroker, ClusterShape } from './cluster-shape.ts'
import { localBroker } from './local-broker.ts'
import type { LocalBroker } from './local-broker.ts'

export interface MembersOptions {
  readonly shape: ClusterShape
  readonly run: RunBroker
  readonly told: (brokerId: number, event: BrokerEvent) => void
  readonly nowMs: () => number
  readonly files: BrokerFiles
  /** A client port for one more broker. */
  readonly freePort: (shape: ClusterShape) => Promise<number>
  /** Written down before anything is done about it. */
  readonly remember: (added: readonly AddedBroker[]) => void
}

/** The brokers of the embedded cluster. Voters stay; others come and go, one change after the other. */
export interface ClusterMembers {
  readonly shape: ClusterShape
  all(): LocalBroker[]
  /** For the next start of each of them. */
  choose(properties: Readonly<Record<string, string>>): void
  /** Those that run with other properties than they would start with now. */
  runningWithOthers(): number[]
  /** Throws NOT_FOUND. */
  broker(brokerId: number): LocalBroker
  /** A further broker, remembered from now on; resolves when it serves. One that does not start stays in the list with its reason. */
  add(brokerId: number | null): Promise<LocalBrokerView>
  /** Of a stopped broker that is no voter: its files go, and it is started no more. */
  forget(brokerId: number): Promise<void>
  /** Of a stopped broker: its replicas go; it finds them at the others when it is started. */
  empty(brokerId: number): Promise<void>
}

export function clusterMembers(options: MembersOptions, changed: () => void): ClusterMembers {
  const { files, freePort, remember } = options
  let { shape } = options
  const brokerNow = (brokerId: number) => newBroker(options, () => shape, brokerId, changed)
  const brokers = new Map(membersOf(shape).map(({ brokerId }) => [brokerId, brokerNow(brokerId)]))
  let change: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(action: () => Promise<T>): Promise<T> => {
    const result = change.then(action)
    change = result.catch(() => undefined)
    return result
  }
  const brokerOf = (brokerId: number): LocalBroker => {
    const broker = brokers.get(brokerId)
    if (broker === undefined) throw new FailureError({ code: 'NOT_FOUND', message: `there is no local broker ${brokerId}` })
    return broker
  }
  const refuseUnlessAtRest = (brokerId: number) => {
    const { state } = brokerOf(brokerId).view
    if (state !== 'stopped' && state !== 'failed') throw refusal(`broker ${brokerId} is ${state}`)
  }
  const setAdded = (added: readonly AddedBroker[]) => {
    remember(added)
    shape = { ...shape, added }
  }
  async function join(wanted: number | null): Promise<LocalBroker> {
    const running = shape.ports.filter((_, index) => brokerOf(index + 1).view.state === 'running')
    if (running.length * 2 <= shape.ports.length)
      throw refusal('a broker can only join while a majority of the voters runs', 'Start the cluster first.')
    const brokerId = newBrokerId(shape, files, wanted)
    const added = [...shape.added, { brokerId, port: await freePort(shape) }]
    setAdded(added.sort((a, b) => a.brokerId - b.brokerId))
    const broker = brokerNow(brokerId)
    brokers.set(brokerId, broker)
    return broker
  }
  return {
    get shape() {
      return shape
    },
    all: () => [...brokers.values()].sort((a, b) => a.view.brokerId - b.view.brokerId),
    choose(properties) {
      shape = { ...shape, chosen: properties }
    },
    runningWithOthers: () => [...brokers].flatMap(([brokerId, broker]) => (broker.runsWithOthers() ? brokerId : [])),
    broker: brokerOf,
    async add(wanted) {
      const broker = await inTurn(() => join(wanted))
      await broker.start().catch((error: Error) => {
        throw refusal(`broker ${broker.view.brokerId} did not start: ${broker.view.failure ?? error.message}`)
      })
      return broker.view
    },
    forget: brokerId =>
      inTurn(async () => {
        refuseUnlessAtRest(brokerId)
        if (isVoter(shape, brokerId)) throw refusal(`broker ${brokerId} is a voter of the metadata quorum`)
        setAdded(shape.added.filter(broker => broker.brokerId !== brokerId))
        brokers.delete(brokerId)
        changed()
        await files.remove(brokerId, 'all')
      }),
    empty: brokerId =>
      inTurn(async () => {
        refuseUnlessAtRest(brokerId)
        await files.remove(brokerId, isVoter(shape, brokerId) ? 'replicas' : 'all')
      }),
  }
}

function newBroker(options: MembersOptions, shapeNow: () => ClusterShape, brokerId: number, changed: () => void): LocalBroker {
  const shape = shapeNow()
  return localBroker({
    brokerId,
    host: shape.host,
    port: membersOf(shape).find(member => member.brokerId === brokerId)?.port ?? 0,
    isVoter: isVoter(shape, brokerId),
    properties: () => nodeProperties(shapeNow(), brokerId),
    run: options.run,
    changed,
    told: event => options.told(brokerId, event),
    nowMs: options.nowMs,
  })
}

/** Files that nobody claims are left alone: their id is not used. */
function newBrokerId(shape: ClusterShape, files: BrokerFiles, wanted: number | null): number {
  const members = membersOf(shape)
  if (members.length >= brokersMax) throw refusal(`a local cluster has at most ${brokersMax} brokers`)
  if (wanted === null) return freeBrokerId(shape, files.has)
  if (members.some(member => member.brokerId === wanted)) throw refusal(`there is a broker ${wanted} already`)
  if (files.has(wanted))
    throw refusal(`the data directory holds files of an earlier broker ${wanted}`, 'Remove them, or take another id.')
  return wanted
}

function refusal(message: string, hint?: string): FailureError {
  return new FailureError({ code: 'REFUSED', message, ...(hint === undefined ? {} : { hint }) })
}
