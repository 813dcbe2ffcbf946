export const bytesPerRow = 16
export const rowPx = 18
/** Browsers draw nothing beyond some 30 million pixels: longer content is scrolled in proportion. */
const contentPxMax = 12_000_000

export interface HexWindow {
  readonly contentPx: number
  readonly firstRow: number
  readonly rowCount: number
  /** Where the first row stands in the content. */
  readonly topPx: number
}

/** The rows to draw. Rows lie at their own place as long as all of them fit; else they move with the scroll bar. */
export function hexWindow(totalBytes: number, scrollTop: number, viewportPx: number): HexWindow {
  const rows = Math.ceil(totalBytes / bytesPerRow)
  const contentPx = Math.min(rows * rowPx, contentPxMax)
  const onScreen = Math.ceil(viewportPx / rowPx) + 1
  if (rows * rowPx <= contentPxMax) {
    const firstRow = Math.max(0, Math.min(rows - 1, Math.floor(scrollTop / rowPx)))
    return { contentPx, firstRow, rowCount: Math.max(0, Math.min(onScreen, rows - firstRow)), topPx: firstRow * rowPx }
  }
  const share = Math.max(0, Math.min(1, scrollTop / Math.max(1, contentPx - viewportPx)))
  const lastFirst = rows - Math.floor(viewportPx / rowPx)
  const firstRow = Math.round(share * lastFirst)
  return { contentPx, firstRow, rowCount: Math.min(onScreen, rows - firstRow), topPx: scrollTop }
}

/** The scroll position at which a byte is on screen, or undefined when it is already. */
export function scrollTopFor(at: number, totalBytes: number, scrollTop: number, viewportPx: number): number | undefined {
  const rows = Math.ceil(totalBytes / bytesPerRow)
  const row = Math.floor(at / bytesPerRow)
  const shown = Math.max(1, Math.floor(viewportPx / rowPx))
  const { contentPx, firstRow } = hexWindow(totalBytes, scrollTop, viewportPx)
  if (row >= firstRow && row < firstRow + shown) return undefined
  const wanted = row < firstRow ? row : row - shown + 1
  if (contentPx === rows * rowPx) return wanted * rowPx
  return (wanted / Math.max(1, rows - shown)) * (contentPx - viewportPx)
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export const byteHex = (byte: number): string => digits[byte] ?? '??'
export const byteCharacter = (byte: number): string => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')
export const offsetText = (at: number): string => at.toString(16).padStart(8, '0')

/** Where a key moves the byte looked at; undefined when it does not. */
export function byteTarget(key: string, isFar: boolean, at: number, pageRows: number, totalBytes: number): number | undefined {
  const last = totalBytes - 1
  const within = (target: number) => Math.max(0, Math.min(last, target))
  const rowStart = at - (at % bytesPerRow)
  switch (key) {
    case 'ArrowRight':
      return within(at + 1)
    case 'ArrowLeft':
      return within(at - 1)
    case 'ArrowDown':
      return at + bytesPerRow > last ? at : at + bytesPerRow
    case 'ArrowUp':
      return at < bytesPerRow ? at : at - bytesPerRow
    case 'PageDown':
      return within(at + pageRows * bytesPerRow)
    case 'PageUp':
      return within(at - pageRows * bytesPerRow)
    case 'Home':
      return isFar ? 0 : rowStart
    case 'End':
      return within(isFar ? last : rowStart + bytesPerRow - 1)
    default:
      return undefined
  }
}
