/** What a stop has to end. */
export interface Ending {
  /** The workbench, once somebody wanted it; it may still be loading. */
  readonly workbench: Promise<{ close(): unknown }> | undefined
  readonly cluster: { close(): Promise<void> } | undefined
}

/**
 * Ends both at once: brokers need most of the 5 s that a stop may take. A workbench that is still being loaded has nothing to write and is not
 * waited for; on a busy machine that alone could take longer than the stop. `workbench` failing to close keeps nothing else from it.
 */
export async function closeAll({ workbench, cluster }: Ending): Promise<void> {
  let closing: Promise<unknown> | undefined
  const closed = workbench
    ?.then(loaded => (closing = Promise.resolve(loaded.close()).catch(() => undefined)))
    .catch(() => undefined)
  // One that is loaded gets its turn before the brokers go; the promise of one that is not settles later than this.
  await Promise.race([closed, new Promise(resolve => setImmediate(resolve))])
  await Promise.all([closing, cluster?.close()])
}
