import { openListener, type OpenListener } from '../../broker-core/cluster/listeners.ts'
import type { Env } from '../../broker-core/env/env.ts'
import { createDispatch, type Dispatch } from '../../broker-core/server/dispatch.ts'
import type { Handler } from '../../broker-core/server/handler.ts'
import { apiVersionsHandler } from '../../broker-core/server/handlers/18-api-versions.ts'
import { imageOf } from '../unit/server/images.ts'

/** A listener on loopback that serves these handlers and ApiVersions, and nothing else of a node. */
export async function openNode(
  handlers: readonly Handler[],
  env: Env,
  door: 'controller' | 'broker' = 'controller',
): Promise<OpenListener> {
  const endpoint = { host: '127.0.0.1', port: 0 }
  const listener = await openListener({ name: 'CONTROLLER', endpoint, frameBytesMax: 1e6, idleMs: 60_000 }, env)
  const versions = { served: () => dispatch.served, image: () => imageOf([]), nodeId: 1, supportedFeatures: [] }
  const dispatch: Dispatch = createDispatch({
    handlers: [apiVersionsHandler(versions), ...handlers],
    door,
    log: env.log,
    bug: () => {},
  })
  listener.serve(dispatch)
  return listener
}
