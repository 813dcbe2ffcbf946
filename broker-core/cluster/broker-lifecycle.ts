import { uuidFromRandom } from '../base/bytes/uuid.ts'
import type { ControllerChannel } from '../controller/controller-channel.ts'
import { registeredFeatures } from '../controller/feature-levels.ts'
import type { MetadataView } from '../controller/image.ts'
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
  const { nodeId, channel, metadata, env } = options
  const incarnationId = uuidFromRandom(env.random.bytes(16))
  let state: BrokerState = 'starting'
  let epoch = -1
  let isFenced = true
  let isStopped = false
  let isSending = false
  let isDueAgain = false
  let cancelTimer: CancelTimer = () => {}
  let shutdownAllowed: (() => void) | undefined
  let settleReady: { resolve(): void; reject(error: Error): void } = { resolve() {}, reject() {} }
  const ready = new Promise<void>((resolve, reject) => (settleReady = { resolve, reject }))
  // Whoever does not wait for it must not be ended by its rejection.
  ready.catch(() => undefined)

  async function register(): Promise<void> {
    const deadlineMs = env.clock.monotonicMs() + options.registrationTimeoutMs
    while (!isStopped) {
      const response = await ask(() =>
        channel.send(brokerRegistration, registrationRequest(options, incarnationId), {
          timeoutMs: options.registrationTimeoutMs,
        }),
      )
      if (response?.errorCode === 0) {
        epoch = response.brokerEpoch
        state = 'recovery'
        env.log.write('info', 'broker.registered', { broker: nodeId, epoch })
        await metadata.whenAtLeast(epoch + 1, options.registrationTimeoutMs)
        return beat()
      }
      const problem = response === undefined ? 'no controller' : errorName(response.errorCode)
      env.log.write('warn', 'broker.registration-refused', { broker: nodeId, error: problem })
      const isFinal = response !== undefined && problem !== 'DUPLICATE_BROKER_REGISTRATION' && problem !== 'NOT_CONTROLLER'
      if (isFinal || env.clock.monotonicMs() >= deadlineMs)
        return settleReady.reject(new Error(`broker ${nodeId} cannot register: ${problem}`))
      await new Promise<void>(resolve => env.timers.after(registrationPauseMs, resolve))
    }
  }

  /** One heartbeat at a time; one that falls due meanwhile follows at once. */
  async function beat(): Promise<void> {
    if (isStopped || epoch < 0) return
    if (isSending) {
      isDueAgain = true
      return
    }
    isSending = true
    cancelTimer()
    const response = await ask(() =>
      channel.send(brokerHeartbeat, heartbeatRequest(), { timeoutMs: options.sessionTimeoutMs / 2 }),
    )
    isSending = false
    if (isStopped) return
    if (response !== undefined) heardFromController(response)
    if (isDueAgain) {
      isDueAgain = false
      void beat()
      return
    }
    cancelTimer = env.timers.after(pauseMs(), () => void beat())
  }

  function heartbeatRequest(): RequestOf<typeof brokerHeartbeat> {
    return {
      brokerId: nodeId,
      brokerEpoch: epoch,
      currentMetadataOffset: metadata.image().offset - 1,
      wantFence: false,
      wantShutDown: state === 'pending-controlled-shutdown',
      offlineLogDirs: [],
      cordonedLogDirs: null,
    }
  }

  function heardFromController(response: ResponseOf<typeof brokerHeartbeat>): void {
    if (response.errorCode !== 0) {
      const problem = errorName(response.errorCode)
      env.log.write('warn', 'broker.heartbeat-refused', { broker: nodeId, epoch, error: problem })
      if (problem === 'BROKER_ID_NOT_REGISTERED' && state !== 'pending-controlled-shutdown') {
        epoch = -1
        void register()
      }
      return
    }
    if (response.isFenced !== isFenced)
      env.log.write('info', response.isFenced ? 'broker.fenced' : 'broker.unfenced', { broker: nodeId, epoch })
    isFenced = response.isFenced
    if (!isFenced && state === 'recovery') {
      state = 'running'
      settleReady.resolve()
    }
    if (response.shouldShutDown && state === 'pending-controlled-shutdown') {
      state = 'shutting-down'
      shutdownAllowed?.()
    }
  }

  function pauseMs(): number {
    if (state === 'pending-controlled-shutdown') return shutdownPauseMs
    if (state === 'recovery') return startPauseMs
    return isFenced ? fencedPauseMs : options.heartbeatIntervalMs
  }

  async function ask<T>(send: () => Promise<T>): Promise<T | undefined> {
    try {
      return await send()
    } catch (error) {
      if (!isStopped) env.log.write('warn', 'broker.controller-unavailable', { broker: nodeId, error: String(error) })
      return undefined
    }
  }

  // REPL-19: the controller lets a broker go once the others have seen who leads in its place; no need to let it wait for our interval.
  const unsubscribe = metadata.subscribe(delta => {
    if (!delta.brokersChanged || isFenced) return
    for (const broker of delta.next.brokers.values()) {
      if (broker.inControlledShutdown && delta.previous.brokers.get(broker.brokerId)?.inControlledShutdown === false) void beat()
    }
  })
  void register()

  return {
    state: () => state,
    brokerEpoch: () => epoch,
    ready,
    controlledShutdown(timeoutMs) {
      if (epoch < 0 || isStopped) return Promise.resolve('timed-out')
      state = 'pending-controlled-shutdown'
      return new Promise(resolve => {
        const cancel = env.timers.after(timeoutMs, () => resolve('timed-out'))
        shutdownAllowed = () => {
          cancel()
          resolve('allowed')
        }
        void beat()
      })
    },
    stop() {
      isStopped = true
      state = 'shutting-down'
      cancelTimer()
      unsubscribe()
      settleReady.reject(new Error(`broker ${nodeId} stopped before it was ready`))
    },
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
