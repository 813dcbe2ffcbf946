import type { FeatureLevel, FeatureView } from '../../../src-main/contract/views/cluster.ts'
import { unknownText } from '../../widgets/format.ts'

/** By its release where it has one, as `4.3-IV0`. */
export const levelText = ({ level, name }: FeatureLevel): string => name ?? String(level)

/** `17 – 30`, by release where there are names; one level alone is said once. */
export function rangeText({ supported, isMixed }: Pick<FeatureView, 'supported' | 'isMixed'>): string {
  if (supported === null) return isMixed ? 'none in common' : unknownText
  const [min, max] = [levelText(supported.min), levelText(supported.max)]
  return min === max ? min : `${min} – ${max}`
}

/** What stands behind the short words, for who points at a row. */
export function featureNote({ name, finalized, supported, isMixed }: FeatureView): string {
  const range = supported === null ? 'no level that all brokers tell of' : `${supported.min.level} to ${supported.max.level}`
  const levels = `${name}: level ${finalized.level}, supported ${range}`
  return isMixed ? `${levels}. Brokers support different levels; these are what all of them do.` : levels
}
