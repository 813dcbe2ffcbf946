import type { SimCluster } from './sim-cluster.ts'
import type { SimWorld } from './sim-env.ts'
import type { SeededRandom } from './sim-random.ts'

/** One thing that goes wrong, as data: a plan can be printed, replayed and shortened. */
export type Fault = { readonly atMs: number; readonly forMs: number } /** kill -9. */ & (
  | { readonly kind: 'crash'; readonly broker: number }
  /** Takes what was not synced. Only while all replicas are in sync: brokers do not wait for disks, so of the copies one may go, not two. */
  | { readonly kind: 'power-loss'; readonly broker: number; readonly survival: 'some' | 'nothing' }
  | { readonly kind: 'stop'; readonly broker: number }
  /** Writes (and with `io` also syncs) fail: the broker ends, and comes back when the disk is well again. */
  | { readonly kind: 'disk'; readonly broker: number; readonly error: 'no-space' | 'io' }
  | { readonly kind: 'pause'; readonly broker: number }
  | { readonly kind: 'isolate'; readonly broker: number }
  | { readonly kind: 'cut'; readonly from: number; readonly to: number }
  | { readonly kind: 'reset'; readonly from: number; readonly to: number }
  | { readonly kind: 'slow'; readonly broker: number; readonly factor: number }
  | { readonly kind: 'clock-jump'; readonly broker: number; readonly byMs: number }
)

export interface PlanOptions {
  /** Virtual time during which faults begin. */
  readonly faultsMs?: number
  readonly kinds?: readonly Fault['kind'][]
}

const allKinds: readonly Fault['kind'][] = [
  'crash',
  'power-loss',
  'stop',
  'pause',
  'isolate',
  'cut',
  'reset',
  'slow',
  'clock-jump',
]

/** Faults of one seed: some seconds apart, some lasting into the next ones. */
export function planOf(random: SeededRandom, ids: readonly number[], options: PlanOptions = {}): Fault[] {
  const plan: Fault[] = []
  const endMs = options.faultsMs ?? 30_000
  for (let atMs = random.between(200, 3_000); atMs < endMs; atMs += random.between(200, 5_000)) {
    plan.push(faultAt(Math.round(atMs), random, ids, random.pick(options.kinds ?? allKinds)))
  }
  return plan
}

function faultAt(atMs: number, random: SeededRandom, ids: readonly number[], kind: Fault['kind']): Fault {
  const broker = random.pick(ids)
  const from = broker
  const to = random.pick(ids.filter(id => id !== broker))
  const forMs = Math.round(random.chance(0.3) ? random.between(8_000, 20_000) : random.between(100, 4_000))
  const when = { atMs, forMs }
  switch (kind) {
    case 'disk':
      return { ...when, kind, broker, error: random.pick(['no-space', 'io'] as const) }
    case 'power-loss':
      return { ...when, kind, broker, survival: random.chance(0.5) ? 'some' : 'nothing' }
    case 'cut':
    case 'reset':
      return { ...when, kind, from, to }
    case 'slow':
      return { ...when, kind, broker, factor: Math.round(random.between(5, 200)) }
    case 'clock-jump':
      return { ...when, kind, broker, byMs: Math.round(random.between(-900_000, 900_000)) }
    default:
      return { ...when, kind, broker }
  }
}

export interface FaultInjector {
  /** Begins a fault and asks for its end. */
  apply(fault: Fault): void
}

/**
 * Carries out faults. `isWhole`: every replica is alive and in sync. What goes beyond the promise of acks=all is left out: brokers do not
 * wait for disks, so until the cluster is whole again after a loss of power no second broker goes down.
 */
export function createFaultInjector(world: SimWorld, cluster: SimCluster, isWhole: () => boolean): FaultInjector {
  let isRecovering = false
  return {
    apply(fault) {
      isRecovering &&= !isWhole()
      const goesDown = fault.kind === 'crash' || fault.kind === 'stop' || fault.kind === 'disk' || fault.kind === 'power-loss'
      if (goesDown && isRecovering) return
      if (fault.kind === 'power-loss' && !isWhole()) return
      isRecovering ||= fault.kind === 'power-loss'
      begin(fault, world, cluster)
    },
  }
}

function begin(fault: Fault, world: SimWorld, cluster: SimCluster): void {
  const { network, time } = world
  const later = (end: () => void) => time.after(fault.forMs, undefined, end)
  switch (fault.kind) {
    case 'crash':
      cluster.crash(fault.broker, 'everything')
      later(() => startAgain(cluster, fault.broker))
      return
    case 'power-loss':
      cluster.crash(fault.broker, fault.survival)
      later(() => startAgain(cluster, fault.broker))
      return
    case 'stop':
      void cluster.stop(fault.broker).then(() => later(() => startAgain(cluster, fault.broker)))
      return
    case 'disk':
      cluster.breakDisk(fault.broker, fault.error)
      later(() => {
        cluster.crash(fault.broker, 'everything')
        startAgain(cluster, fault.broker)
      })
      return
    case 'pause': {
      const process = cluster.running(fault.broker)?.node.process
      process?.pause()
      later(() => process?.resume())
      return
    }
    case 'isolate': {
      const others = cluster.ids.filter(id => id !== fault.broker).map(nameOf)
      network.partition([nameOf(fault.broker)], others)
      later(() => network.heal())
      return
    }
    case 'cut':
      network.cut(nameOf(fault.from), nameOf(fault.to))
      later(() => network.heal())
      return
    case 'reset':
      network.reset(nameOf(fault.from), nameOf(fault.to))
      return
    case 'slow':
      network.setSlow(nameOf(fault.broker), fault.factor)
      later(() => network.setSlow(nameOf(fault.broker), 1))
      return
    case 'clock-jump':
      cluster.running(fault.broker)?.node.clock.jump(fault.byMs)
  }
}

const nameOf = (id: number): string => `broker-${id}`

function startAgain(cluster: SimCluster, id: number): void {
  if (!cluster.isRunning(id)) cluster.start(id)
}
