import { assert } from '../base/assert.ts'
import { uuidFromRandom } from '../base/bytes/uuid.ts'
import type { ControllerChannel } from '../controller/controller-channel.ts'
import { configKey } from '../controller/image-draft.ts'
import { resourceTypes } from '../controller/topic-settings.ts'
import { registeredFeatures } from '../controller/feature-levels.ts'
import type { MetadataDelta, MetadataView } from '../controller/image.ts'
import type { CancelTimer } from '../env/clock.ts'
import type { Env } from '../env/env.ts'
import { errorName } from '../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import { brokerRegistration } from '../protocol/messages/62-broker-registration.ts'
import { brokerHeartbeat } from '../protocol/messages/63-broker-heartbeat.ts'

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
  /** Another node leads the quorum: it shall hear from this broker at once. */
  leaderChanged(): void
  /** Ends heartbeats; nothing is sent afterwards. */
  stop(): void
}

export interface LifecycleOptions {
  readonly nodeId: number
  readonly clusterId: string
  readonly rack: string | null
  /** Advertised; real ports. Protocol 0 is PLAINTEXT. */
  readonly listeners: readonly {
    readonly name: string
    readonly host: string
    readonly port: number
    readonly securityProtocol: number
  }[]
  readonly logDirectoryIds: readonly string[]
  /** Those of them that have failed by now (DISK-38). */
  offlineLogDirectoryIds(): readonly string[]
  /** Those of them that take no new replicas (KIP-1066). */
  cordonedLogDirectoryIds(): readonly string[]
  /** KIP-966: undefined after an unclean stop. */
  readonly previousBrokerEpoch: number | undefined
  readonly channel: ControllerChannel
  /** Must have applied what it tells: its offset is what the controller takes for "caught up". */
  readonly metadata: MetadataView
  readonly env: Pick<Env, 'clock' | 'timers' | 'random' | 'log'>
  /** broker.heartbeat.interval.ms, broker.session.timeout.ms */
  readonly heartbeatIntervalMs: number
  readonly sessionTimeoutMs: number
  /** initial.broker.registration.timeout.ms */
  readonly registrationTimeoutMs: number
}

const registrationPauseMs = 100
const shutdownPauseMs = 20
/** Until the first unfence heartbeats follow each other quickly. */
const startPauseMs = 10
/** Fenced later on (a long pause, a lost controller): back soon, but without haste. */
const fencedPauseMs = 200

/** Starts at once. The controller unfences the broker as soon as it has applied the record of its own registration. */
export function startLifecycle(options: LifecycleOptions): BrokerLifecycle {
  const lifecycle = new Lifecycle(options)
  lifecycle.start()
  return lifecycle
}

class Lifecycle implements BrokerLifecycle {
  readonly ready: Promise<void>
  readonly #options: LifecycleOptions
  readonly #incarnationId: string
  readonly #settleReady: { resolve(): void; reject(error: Error): void }
  #state: BrokerState = 'starting'
  #epoch = -1
  #isFenced = true
  #isStopped = false
  #isSending = false
  #isDueAgain = false
  #cancelTimer: CancelTimer = () => {}
  #unsubscribe: () => void = () => {}
  #shutdownAllowed: () => void = () => {}

  constructor(options: LifecycleOptions) {
    this.#options = options
    this.#incarnationId = uuidFromRandom(options.env.random.bytes(16))
    let settle: { resolve(): void; reject(error: Error): void } | undefined
    this.ready = new Promise<void>((resolve, reject) => (settle = { resolve, reject }))
    assert(settle !== undefined, 'lifecycle: a promise runs its executor at once')
    this.#settleReady = settle
    // Whoever does not wait for it must not be ended by its rejection.
    this.ready.catch(() => undefined)
  }

  start(): void {
    this.#unsubscribe = this.#options.metadata.subscribe(delta => this.#applied(delta))
    void this.#register()
  }

  state(): BrokerState {
    return this.#state
  }

  brokerEpoch(): number {
    return this.#epoch
  }

  controlledShutdown(timeoutMs: number): Promise<'allowed' | 'timed-out'> {
    if (this.#epoch < 0 || this.#isStopped) return Promise.resolve('timed-out')
    this.#state = 'pending-controlled-shutdown'
    return new Promise(resolve => {
      const cancel = this.#options.env.timers.after(timeoutMs, () => resolve('timed-out'))
      this.#shutdownAllowed = () => {
        cancel()
        resolve('allowed')
      }
      void this.#beat()
    })
  }

  leaderChanged(): void {
    if (this.#state === 'running') void this.#beat()
  }

  stop(): void {
    this.#isStopped = true
    this.#state = 'shutting-down'
    this.#cancelTimer()
    this.#unsubscribe()
    this.#settleReady.reject(new Error(`broker ${this.#options.nodeId} stopped before it was ready`))
  }

  async #register(): Promise<void> {
    const { channel, env, metadata, nodeId, registrationTimeoutMs: timeoutMs } = this.#options
    const deadlineMs = env.clock.monotonicMs() + timeoutMs
    for (;;) {
      const request = registrationRequest(this.#options, this.#incarnationId)
      const response = await this.#ask(() => channel.send(brokerRegistration, request, { timeoutMs }))
      if (this.#isStopped) return
      if (response?.errorCode === 0) {
        this.#epoch = response.brokerEpoch
        this.#state = 'recovery'
        env.log.write('info', 'broker.registered', { broker: nodeId, epoch: this.#epoch })
        await metadata.whenAtLeast(this.#epoch + 1, timeoutMs)
        return this.#beat()
      }
      const problem = response === undefined ? 'no controller' : errorName(response.errorCode)
      env.log.write('warn', 'broker.registration-refused', { broker: nodeId, error: problem })
      const isFinal = response !== undefined && problem !== 'DUPLICATE_BROKER_REGISTRATION' && problem !== 'NOT_CONTROLLER'
      if (isFinal || env.clock.monotonicMs() >= deadlineMs) {
        return this.#settleReady.reject(new Error(`broker ${nodeId} cannot register: ${problem}`))
      }
      await new Promise<void>(resolve => env.timers.after(registrationPauseMs, resolve))
    }
  }

  /** One heartbeat at a time; one that falls due meanwhile follows at once. */
  async #beat(): Promise<void> {
    if (this.#isStopped || this.#epoch < 0) return
    if (this.#isSending) {
      this.#isDueAgain = true
      return
    }
    const { channel, env, sessionTimeoutMs } = this.#options
    this.#isSending = true
    this.#cancelTimer()
    const response = await this.#ask(() =>
      channel.send(brokerHeartbeat, this.#heartbeatRequest(), { timeoutMs: sessionTimeoutMs / 2 }),
    )
    this.#isSending = false
    if (this.#isStopped) return
    if (response !== undefined) this.#heard(response)
    const isDueAgain = this.#isDueAgain
    this.#isDueAgain = false
    if (isDueAgain) return this.#beat()
    this.#cancelTimer = env.timers.after(this.#pauseMs(), () => void this.#beat())
  }

  #heartbeatRequest(): RequestOf<typeof brokerHeartbeat> {
    return {
      brokerId: this.#options.nodeId,
      brokerEpoch: this.#epoch,
      currentMetadataOffset: this.#options.metadata.image().offset - 1,
      wantFence: false,
      wantShutDown: this.#state === 'pending-controlled-shutdown',
      offlineLogDirs: this.#options.offlineLogDirectoryIds(),
      cordonedLogDirs: this.#options.cordonedLogDirectoryIds(),
    }
  }

  #heard(response: ResponseOf<typeof brokerHeartbeat>): void {
    const { env, nodeId } = this.#options
    if (response.errorCode !== 0) return this.#refused(errorName(response.errorCode))
    if (response.isFenced !== this.#isFenced) {
      env.log.write('info', response.isFenced ? 'broker.fenced' : 'broker.unfenced', { broker: nodeId, epoch: this.#epoch })
    }
    this.#isFenced = response.isFenced
    if (!this.#isFenced && this.#state === 'recovery') {
      this.#state = 'running'
      this.#readyWhenSeen()
    }
    if (response.shouldShutDown && this.#state === 'pending-controlled-shutdown') {
      this.#state = 'shutting-down'
      this.#shutdownAllowed()
    }
  }

  #refused(problem: string): void {
    const { env, nodeId } = this.#options
    env.log.write('warn', 'broker.heartbeat-refused', { broker: nodeId, epoch: this.#epoch, error: problem })
    // Somebody unregistered it while it runs: it is still here.
    if (problem !== 'BROKER_ID_NOT_REGISTERED' || this.#state === 'pending-controlled-shutdown') return
    this.#epoch = -1
    void this.#register()
  }

  /** The controller's word is ahead of this broker's own image; who asks it right now should find it in there. */
  #readyWhenSeen(): void {
    const { metadata, nodeId } = this.#options
    if (this.#state === 'running' && metadata.image().brokers.get(nodeId)?.fenced === false) this.#settleReady.resolve()
  }

  #applied(delta: MetadataDelta): void {
    if (this.#isFenced) return
    // KIP-1066: nothing more shall be placed there from now on.
    if (delta.changedConfigKeys.has(configKey(resourceTypes.broker, String(this.#options.nodeId)))) void this.#beat()
    if (!delta.brokersChanged) return
    this.#readyWhenSeen()
    // REPL-19: the controller lets a broker go once the others have seen who leads in its place; no need to let it wait for our interval.
    for (const broker of delta.next.brokers.values()) {
      const before = delta.previous.brokers.get(broker.brokerId)
      if (broker.inControlledShutdown && before?.inControlledShutdown === false) void this.#beat()
    }
  }

  #pauseMs(): number {
    if (this.#state === 'pending-controlled-shutdown') return shutdownPauseMs
    if (this.#state === 'recovery') return startPauseMs
    return this.#isFenced ? fencedPauseMs : this.#options.heartbeatIntervalMs
  }

  async #ask<T>(send: () => Promise<T>): Promise<T | undefined> {
    try {
      return await send()
    } catch (error) {
      const { env, nodeId } = this.#options
      if (!this.#isStopped) env.log.write('warn', 'broker.controller-unavailable', { broker: nodeId, error: String(error) })
      return undefined
    }
  }
}

function registrationRequest(options: LifecycleOptions, incarnationId: string): RequestOf<typeof brokerRegistration> {
  return {
    brokerId: options.nodeId,
    clusterId: options.clusterId,
    incarnationId,
    listeners: options.listeners,
    features: registeredFeatures.filter(feature => feature.maxSupportedVersion > 0),
    rack: options.rack,
    isMigratingZkBroker: false,
    logDirs: options.logDirectoryIds,
    previousBrokerEpoch: options.previousBrokerEpoch ?? -1,
  }
}
