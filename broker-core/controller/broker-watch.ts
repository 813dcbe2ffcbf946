/**
 * Sees at once that a broker's process is gone, where its host can tell (kill -9, a crash), so that its partitions need not wait for the
 * session timeout. A port because the controller owns no connections, and a callback because the end comes when it comes.
 */
export interface BrokerWatch {
  /**
   * `refused` is called when nobody listens at the endpoint. `wasReached`: somebody did before, so the process has ended; otherwise it may be
   * the address that is wrong (a broker behind a forwarded port), and it is told again from time to time. Not after the returned function was called.
   */
  watch(endpoint: { readonly host: string; readonly port: number }, refused: (wasReached: boolean) => void): () => void
}
