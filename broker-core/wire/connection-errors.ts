/** The connection broke, or was closed, before the answer came: the request may or may not have been carried out. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** No answer in time. The connection was given up with it, since answers come in order (WIRE-07). */
export class RequestTimeout extends Error {
  override readonly name = 'RequestTimeout'
}

/** Too many calls wait already; nothing was sent. */
export class ConnectionBusy extends Error {
  override readonly name = 'ConnectionBusy'
}

/** The server does not take these credentials, or not this mechanism. Asking again will not help. */
export class AuthenticationFailed extends Error {
  override readonly name = 'AuthenticationFailed'
}
