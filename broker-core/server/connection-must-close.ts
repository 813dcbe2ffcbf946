/** The peer must notice a failure for which the protocol has no reply: its connection is closed (WIRE-08, WIRE-13). No bug of ours. */
export class ConnectionMustClose extends Error {
  override readonly name = 'ConnectionMustClose'
}
