import { uuidFromRandom } from '../base/bytes/uuid.ts'
import type { ControllerChannel } from '../controller/controller-channel.ts'
import { registeredFeatures } from '../controller/feature-levels.ts'
import type { Env } from '../env/env.ts'
import { controllerRegistration } from '../protocol/messages/70-controller-registration.ts'

export interface ControllerRegistrationOptions {
  readonly nodeId: number
  readonly listener: { readonly name: string; readonly host: string; readonly port: number }
  readonly channel: ControllerChannel
  readonly env: Pick<Env, 'random' | 'timers' | 'log'>
}

const againMs = 5_000

/** KIP-919: tells the active controller, until it knows, that this node of the quorum is here. Returns how to give up. */
export function registerController(options: ControllerRegistrationOptions): () => void {
  const { channel, env, listener, nodeId } = options
  let isOver = false
  const request = {
    controllerId: nodeId,
    incarnationId: uuidFromRandom(env.random.bytes(16)),
    zkMigrationReady: false,
    listeners: [{ ...listener, securityProtocol: 0 }],
    features: registeredFeatures,
  }
  const ask = async (): Promise<void> => {
    try {
      const { errorCode } = await channel.send(controllerRegistration, request)
      if (errorCode === 0) return
    } catch (error) {
      if (!isOver) env.log.write('warn', 'controller.registration-failed', { node: nodeId, error: String(error) })
    }
    if (!isOver) env.timers.after(againMs, () => void ask())
  }
  void ask()
  return () => {
    isOver = true
  }
}
