import type { BrokerView, RetireProgress } from '../../../src-main/contract/views/cluster.ts'
import { formatBytes, formatCount, plural } from '../../widgets/format.ts'

/** 0 to 1; null while sizes are unknown. Only the moving takes long: what comes after it counts as done. */
export function retireFraction(progress: RetireProgress): number | null {
  if (progress.phase === 'planning') return 0
  if (progress.phase !== 'moving') return 1
  const { doneBytes, totalBytes } = progress
  if (doneBytes === null || totalBytes === null) return null
  return totalBytes === 0 ? 1 : Math.min(1, Math.max(0, doneBytes / totalBytes))
}

export function retireText({ phase, doneBytes, totalBytes, partitionsLeft }: RetireProgress): string {
  if (phase === 'planning') return 'planning where its replicas go'
  if (phase === 'stopping') return 'stopping it'
  if (phase === 'unregistering') return 'unregistering it'
  if (phase === 'done') return 'done'
  const left = `${plural(partitionsLeft, 'partition')} left`
  if (doneBytes === null || totalBytes === null) return `moving its replicas, ${left}`
  return `moving its replicas: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}, ${left}`
}

/** What will happen, before it does. */
export function retireSteps(
  broker: Pick<BrokerView, 'replicaCount' | 'leaderCount' | 'logBytes'> | undefined,
): readonly string[] {
  if (broker === undefined) return ['It is stopped, unregistered and forgotten.']
  const size = broker.logBytes === null ? '' : ` (${formatBytes(broker.logBytes)})`
  const moves =
    broker.replicaCount === 0
      ? 'It holds no replica: nothing has to be moved.'
      : `${plural(broker.replicaCount, 'replica')}${size} are copied to the other brokers; it leads ${formatCount(broker.leaderCount)} of them, which others lead then.`
  return [
    moves,
    'When nothing is left on it, it is stopped and the cluster unregisters it.',
    'It is forgotten here, with its id and its port. Until then it can be called off: what has moved stays where it is.',
  ]
}

/** Megabytes per second as typed; null: no limit; undefined: not a number that can be used. */
export function throttleOf(text: string): number | null | undefined {
  if (text.trim() === '') return null
  const megabytes = Number(text.replace(',', '.'))
  const bytes = Math.round(megabytes * 1_000_000)
  return Number.isSafeInteger(bytes) && bytes >= 1_024 ? bytes : undefined
}
