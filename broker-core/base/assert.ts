/** A broken invariant of our own. It is never caught to continue: one stops its broker, not the app. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** States an invariant. On in production. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** The default arm of an exhaustive switch: the compiler proves that it cannot run. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`)
}
