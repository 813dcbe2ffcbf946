/** The end of a broker that nobody asked for: the first reason counts, later ones are its consequences. */
export interface BrokerFailure {
  readonly failed: Promise<Error>
  readonly error: Error | undefined
  fail(reason: unknown): void
  /** Told once, when `fail` is called for the first time. */
  onFail(callback: (error: Error) => void): void
}

export function brokerFailure(): BrokerFailure {
  let error: Error | undefined
  let resolve: (error: Error) => void = () => {}
  const failed = new Promise<Error>(onResolve => (resolve = onResolve))
  const callbacks: ((error: Error) => void)[] = []
  return {
    failed,
    get error() {
      return error
    },
    fail(reason) {
      if (error !== undefined) return
      error = reason instanceof Error ? reason : new Error(String(reason))
      resolve(error)
      for (const callback of callbacks) callback(error)
    },
    onFail: callback => void callbacks.push(callback),
  }
}
