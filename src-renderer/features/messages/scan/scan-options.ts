import type { ReadContext } from '../read-context.ts'
import type { MenuEntry } from '../../../widgets/menu.tsx'
import { formatCount } from '../../../widgets/format.ts'
import type { ScanFilter } from './filter-draft.ts'
import type { ScanOrder } from './scan-runs.ts'

export const scanOrigins = ['view', 'oldest', 'newest'] as const
export const hitsChoices = [1_000, 10_000, 100_000] as const

export interface ScanOptions {
  readonly from: (typeof scanOrigins)[number]
  readonly hitsMax: number
}

export const firstOptions: ScanOptions = { from: 'view', hitsMax: 1_000 }

export const isScanOptions = (value: unknown): value is ScanOptions =>
  typeof value === 'object' &&
  value !== null &&
  scanOrigins.some(origin => origin === (value as ScanOptions).from) &&
  hitsChoices.some(count => count === (value as ScanOptions).hitsMax)

/** What a scan with these options reads. */
export function scanOrder(
  context: ReadContext,
  filter: ScanFilter,
  options: ScanOptions,
  fields: readonly string[] | undefined,
): ScanOrder {
  const { connection, topic, partitions, isolation, keyDecoder, valueDecoder } = context
  const isAsView = options.from === 'view'
  return {
    connection,
    topic,
    partitions: partitions === null ? null : [...partitions],
    isolation,
    keyDecoder,
    valueDecoder,
    filter,
    start: options.from === 'view' ? context.start : { kind: options.from },
    untilMs: isAsView ? context.untilMs : null,
    hitsMax: options.hitsMax,
    ...(fields === undefined ? {} : { fields }),
  }
}

/** Where the scan begins and ends, in words. `timeText` shows a time in the chosen zone. */
export function rangeText(context: ReadContext, options: ScanOptions, timeText: (ms: number) => string): string {
  const start = options.from === 'view' ? context.start : { kind: options.from }
  const until = options.from === 'view' && context.untilMs !== null ? `, until ${timeText(context.untilMs)}` : ''
  return `${startText(start, timeText)}${until}`
}

function startText(start: ReadContext['start'], timeText: (ms: number) => string): string {
  switch (start.kind) {
    case 'newest':
      return 'whole topic, newest first'
    case 'oldest':
      return 'whole topic, oldest first'
    case 'offset':
      return `from offset ${formatCount(start.offset)}`
    case 'offsets':
      return 'from an offset of each partition'
    case 'time':
      return `from ${timeText(start.timestampMs)}`
  }
}

export function optionEntries(options: ScanOptions, viewText: string, onChange: (options: ScanOptions) => void): MenuEntry[] {
  const origin = (from: ScanOptions['from'], label: string): MenuEntry => ({
    kind: 'check',
    label,
    checked: options.from === from,
    run: () => onChange({ ...options, from }),
  })
  return [
    { kind: 'title', label: 'Scan' },
    origin('view', `As the table begins: ${viewText}`),
    origin('oldest', 'Whole topic, oldest first'),
    origin('newest', 'Whole topic, newest first'),
    { kind: 'separator' },
    { kind: 'title', label: 'Stop when found' },
    ...hitsChoices.map(
      (hitsMax): MenuEntry => ({
        kind: 'check',
        label: `${formatCount(hitsMax)} records`,
        checked: options.hitsMax === hitsMax,
        run: () => onChange({ ...options, hitsMax }),
      }),
    ),
  ]
}
