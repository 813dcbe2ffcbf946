export type FileFormat = 'jsonl' | 'csv' | 'raw'

export const fileFormats: readonly { readonly value: FileFormat; readonly label: string; readonly hint: string }[] = [
  { value: 'jsonl', label: 'JSON lines', hint: 'decoded, one record per line' },
  { value: 'csv', label: 'CSV', hint: 'decoded, for a spreadsheet' },
  { value: 'raw', label: 'Raw (JSON lines with Base64)', hint: 'every byte, for an exact import' },
]

const endings: Readonly<Record<FileFormat, string>> = { jsonl: '.jsonl', csv: '.csv', raw: '.raw.jsonl' }

/** `orders-2026-11-20-1403.jsonl`: the time of the export, so that one does not stand in the way of the next. */
export function fileName(topic: string, format: FileFormat, timeText: string): string {
  const stamp = timeText.slice(0, 16).replaceAll(/[: ]/g, char => (char === ' ' ? '-' : ''))
  // Topic names may be as long as a whole file name.
  return `${topic.slice(0, 180)}-${stamp}${endings[format]}`
}

/** By what the name ends with. */
export function formatOf(path: string): FileFormat {
  const name = path.toLowerCase()
  if (name.endsWith('.csv')) return 'csv'
  return /\.raw(\.jsonl?|\.ndjson)?$/.test(name) ? 'raw' : 'jsonl'
}
