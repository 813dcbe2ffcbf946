/** Text for people. Every figure groups its digits by thousands; unknown is a dash, never a zero. */
export const unknownText = '—'

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const oneDigit = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

export const formatCount = (value: number | null | undefined): string =>
  value === null || value === undefined ? unknownText : whole.format(value)

/** `1.2 M`, for narrow places. */
export function formatCountShort(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknownText
  const steps = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ] as const
  const step = steps.find(([size]) => Math.abs(value) >= size)
  if (step === undefined) return whole.format(value)
  return `${oneDigit.format(value / (step[1] === 'k' ? 1e3 : step[0]))} ${step[1]}`
}

/** `1,204/s`; below ten with one digit. */
export function formatRate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined) return unknownText
  return `${Math.abs(perSecond) < 10 ? oneDigit.format(perSecond) : whole.format(perSecond)}/s`
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Decimal units, at most three figures. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return unknownText
  const power = Math.min(byteUnits.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3)))
  const value = bytes / 1_000 ** power
  return `${power === 0 || value >= 100 ? whole.format(value) : oneDigit.format(value)} ${byteUnits[power]}`
}

const durationUnits = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** `4 min 12 s`: the two greatest units; below ten seconds with one digit, below one in milliseconds. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return unknownText
  if (ms < 0) return `−${formatDuration(-ms)}`
  if (ms < 1_000) return `${whole.format(ms)} ms`
  if (ms < 10_000) return `${oneDigit.format(ms / 1_000)} s`
  const seconds = Math.round(ms / 1_000) * 1_000
  const first = durationUnits.findIndex(([, size]) => seconds >= size)
  const [unit, size] = durationUnits[first] ?? ['s', 1_000]
  const rest = durationUnits[first + 1]
  const major = Math.floor(seconds / size)
  const minor = rest === undefined ? 0 : Math.floor((seconds % size) / rest[1])
  return minor === 0 || rest === undefined ? `${major} ${unit}` : `${major} ${unit} ${minor} ${rest[0]}`
}

/** `3 min ago`, `in 5 s`. */
export function formatAgo(atMs: number, nowMs: number): string {
  const ms = nowMs - atMs
  if (Math.abs(ms) < 1_000) return 'now'
  return ms > 0 ? `${formatDuration(ms)} ago` : `in ${formatDuration(-ms)}`
}

/** `1 topic`, `2 topics`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`
