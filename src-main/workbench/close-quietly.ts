/** For leaving: what cannot be closed properly is gone anyway. */
export async function closeQuietly(what: { close(): Promise<void> } | undefined): Promise<void> {
  await what?.close().catch(() => undefined)
}
