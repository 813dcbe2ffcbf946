/** What `brokerbench open` names. */
export type OpenTarget =
  | { readonly kind: 'cluster'; readonly bootstrap: readonly string[] }
  | { readonly kind: 'directory'; readonly path: string }

const hostAndPort = /^(\[[0-9A-Fa-f:.]+\]|[^\s:,/\\]+):(\d{1,5})$/

/** `host:port`, a list of them with commas, or a path. */
export function parseOpenTarget(text: string): OpenTarget {
  const parts = text.split(',').map(part => part.trim())
  const isCluster = parts.every(part => Number(hostAndPort.exec(part)?.[2] ?? Number.NaN) <= 65_535)
  return isCluster ? { kind: 'cluster', bootstrap: parts } : { kind: 'directory', path: text }
}
