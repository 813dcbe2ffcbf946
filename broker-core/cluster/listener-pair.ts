import type { Env } from '../env/env.ts'
import { configNumber, type BrokerConfig, type ListenerConfig } from './broker-config.ts'
import { openListener, type OpenListener } from './listeners.ts'

export interface ListenerPair {
  readonly client: OpenListener
  /** Only of a node that is a controller. */
  readonly controller: OpenListener | undefined
}

/** The ports of a node, all or none. Rejects with an error that names the listener. */
export async function openListeners(config: BrokerConfig, env: Env): Promise<ListenerPair> {
  const client = await open(config, config.listener, env)
  try {
    const { controllerListener } = config
    return { client, controller: controllerListener && (await open(config, controllerListener, env)) }
  } catch (error) {
    await client.close()
    throw error
  }
}

/** The port of a node that is a controller only. Rejects with an error that names the listener. */
export function openControllerListener(config: BrokerConfig, env: Env): Promise<OpenListener> {
  return open(config, config.controllerListener ?? config.listener, env)
}

async function open(config: BrokerConfig, listener: ListenerConfig, env: Env): Promise<OpenListener> {
  try {
    return await openListener(
      {
        name: listener.name,
        endpoint: { host: listener.host, port: listener.port },
        frameBytesMax: configNumber(config, 'socket.request.max.bytes'),
        idleMs: configNumber(config, 'connections.max.idle.ms'),
      },
      env,
    )
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`listener ${listener.name} on ${listener.host}:${listener.port}: ${reason}`, { cause: error })
  }
}
