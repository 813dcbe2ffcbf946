/** A stop that hangs must not keep the process: this is within the 5 s that a stop may take. */
const hardEndMs = 4_700

/**
 * Ends the process once, with `close` done before: on SIGINT, SIGTERM, SIGHUP with status 0, on `end(status)` from inside. Further
 * signals change nothing: a terminal sends its own to every process of the group, and a parent that passes signals on sends a second.
 */
export function endWith(close: () => Promise<void>): { end(status: number): void; readonly isEnding: boolean } {
  let isEnding = false
  const end = (status: number) => {
    if (isEnding) return
    isEnding = true
    setTimeout(() => process.exit(status === 0 ? 1 : status), hardEndMs).unref()
    close().then(
      () => process.exit(status),
      (error: unknown) => {
        complain(`while stopping: ${messageOf(error)}`)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0))
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      complain(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      end(70)
    })
  // Whoever read our output is gone; that is no reason to stop.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return {
    end,
    get isEnding() {
      return isEnding
    },
  }
}

/** One line on stderr, whatever the text holds. */
export function complain(line: string): void {
  process.stderr.write(`brokerbench: ${line}\n`)
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
