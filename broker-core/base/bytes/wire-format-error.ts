/**
 * Bytes that are not what they claim to be, or a value that its format cannot carry. Thrown by Reader and Writer and by everything
 * built on them; a connection that causes one is closed.
 */
export class WireFormatError extends Error {
  override readonly name = 'WireFormatError'
}
