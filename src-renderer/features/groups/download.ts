/** Hands a text to the browser as a file of that name. */
export function downloadText(name: string, text: string, mediaType: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: mediaType }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has its own hold of the blob once it began.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** A group id as the name of a file: it may hold anything. */
export const fileNameOf = (group: string, what: string, ending: string): string =>
  `${group.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80) || 'group'}-${what}.${ending}`
