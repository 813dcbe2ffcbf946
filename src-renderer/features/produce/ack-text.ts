import type { Produced } from '../../../src-main/contract/views/records.ts'
import { formatCount } from '../../widgets/format.ts'

/** `partition 2 · offset 41 · 3.2 ms`. With acks=0 nobody says the offset. */
export function ackText({ partition, offset, latencyMs }: Produced): string {
  const where = offset < 0 ? 'no acknowledgement asked for' : `offset ${formatCount(offset)}`
  return `partition ${partition} · ${where} · ${latencyText(latencyMs)}`
}

export const latencyText = (ms: number): string => `${ms < 100 ? ms.toFixed(1) : formatCount(ms)} ms`
