/** Where a broker stands with the controller (names of Kafka's BrokerState). */
export type BrokerState = 'starting' | 'recovery' | 'running' | 'pending-controlled-shutdown' | 'shutting-down'

/** Registration with the active controller and the heartbeats after it. */
export interface BrokerLifecycle {
  state(): BrokerState
  /** -1 before registration. Sent with AlterPartition and Fetch (KIP-903). */
  brokerEpoch(): number
  /** Resolves when the controller has unfenced this broker for the first time; rejects when it refuses it for good. */
  readonly ready: Promise<void>
  /** REPL-19: asks to be relieved of leaderships; resolves when the controller allows the stop, or `timeoutMs` have passed. */
  controlledShutdown(timeoutMs: number): Promise<'allowed' | 'timed-out'>
  /** Ends heartbeats; nothing is sent afterwards. */
  stop(): void
}
