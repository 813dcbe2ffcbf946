/**
 * Sees at once that a broker's process is gone, where its host can tell (kill -9, a crash), so that its partitions need not wait for the
 * session timeout. A port because the controller owns no connections, and a callback because the end comes when it comes.
 */
export interface BrokerWatch {
  /** `gone` is called at most once, and not after the returned function was called. */
  watch(endpoint: { readonly host: string; readonly port: number }, gone: () => void): () => void
}
