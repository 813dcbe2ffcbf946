import type { InputOf } from '../../../../src-main/contract/contract.ts'
import { formatDuration, plural } from '../../../widgets/format.ts'
import { formatTime } from '../../../widgets/time.ts'
import { parseTime } from '../../../widgets/time-input.ts'
import { parseOffsetsCsv } from './offsets-csv.ts'

export type ResetTarget = InputOf<'groups.planReset'>['target']
export type TargetKind = ResetTarget['kind']

/** What a person typed for a target: understood, with words that say how; not understood, with why; or nothing yet. */
export type TargetText =
  | { readonly kind: 'target'; readonly target: ResetTarget; readonly words: string }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'nothing' }

export interface TargetAbout {
  readonly timeZone: string
  readonly nowMs: number
}

const error = (message: string): TargetText => ({ kind: 'error', message })

export function parseTarget(kind: TargetKind, text: string, about: TargetAbout): TargetText {
  if (kind === 'earliest') return { kind: 'target', target: { kind }, words: 'the oldest record that is still there' }
  if (kind === 'latest') return { kind: 'target', target: { kind }, words: 'the end: only what is written from now on' }
  const typed = text.trim()
  if (typed === '') return { kind: 'nothing' }
  switch (kind) {
    case 'offset':
      return offsetTarget(typed)
    case 'shift':
      return shiftTarget(typed)
    case 'duration':
      return durationTarget(typed, about)
    case 'time':
      return timeTarget(typed, about)
    case 'offsets': {
      const parsed = parseOffsetsCsv(text)
      if (parsed.kind === 'error') return error(parsed.message)
      const words = `offsets of ${plural(parsed.offsets.length, 'partition')}`
      return { kind: 'target', target: { kind, offsets: [...parsed.offsets] }, words }
    }
  }
}

const withoutSeparators = (text: string): string => text.replaceAll(/[ ,_'\u00a0]/g, '')

function offsetTarget(typed: string): TargetText {
  const digits = withoutSeparators(typed)
  if (!/^\d+$/.test(digits)) return error('An offset is a whole number from 0 on.')
  const offset = Number(digits)
  if (!Number.isSafeInteger(offset)) return error('That offset is too great.')
  return { kind: 'target', target: { kind: 'offset', offset }, words: 'this offset in every partition of the scope' }
}

function shiftTarget(typed: string): TargetText {
  const digits = withoutSeparators(typed).replace('−', '-')
  if (!/^[+-]?\d+$/.test(digits)) return error('Say by how many records: -100 goes back, 100 goes forward.')
  const by = Number(digits)
  if (!Number.isSafeInteger(by)) return error('That is too far.')
  const words = by < 0 ? `back by ${plural(-by, 'record')}` : `forward by ${plural(by, 'record')}`
  return { kind: 'target', target: { kind: 'shift', by }, words: `${words} in every partition` }
}

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const durationMaxMs = 3_155_760_000_000

/** `15m`, `1h 30m`, `2 d`; also `PT15M` and `P1DT2H` as the command-line tools take them. Undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const iso = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text)
  if (iso !== null && iso.slice(1).some(part => part !== undefined)) {
    const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = iso.slice(1).map(part => Number(part ?? 0))
    return Math.round(((weeks * 7 + days) * 24 + hours) * 3_600_000 + minutes * 60_000 + seconds * 1_000)
  }
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d|w)\s*/gi)]
  if (parts.length === 0 || parts.map(part => part[0]).join('') !== text) return undefined
  return Math.round(parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitsMs[unit?.toLowerCase() ?? ''] ?? 0), 0))
}

function durationTarget(typed: string, { nowMs, timeZone }: TargetAbout): TargetText {
  const beforeMs = parseDuration(typed.replace(/^[-−]\s*/, ''))
  if (beforeMs === undefined) return error('Say how long before now: 15m, 1h 30m, 2d, or PT15M.')
  if (beforeMs > durationMaxMs) return error('That is longer than a hundred years.')
  const words = `${formatDuration(beforeMs)} before now, at present ${formatTime(Math.max(0, nowMs - beforeMs), timeZone).slice(0, 19)}`
  return { kind: 'target', target: { kind: 'duration', beforeMs }, words }
}

function timeTarget(typed: string, about: TargetAbout): TargetText {
  const parsed = parseTime(typed, about.timeZone, about.nowMs)
  if ('problem' in parsed)
    return error(`Write 2026-11-20 14:03 (${about.timeZone}), an ISO time with its zone, or seconds or milliseconds since 1970.`)
  const { timestampMs } = parsed
  const words = `${formatTime(timestampMs, about.timeZone)} ${about.timeZone}, ${formatTime(timestampMs, 'UTC', 'iso')}`
  return { kind: 'target', target: { kind: 'time', timestampMs }, words }
}
