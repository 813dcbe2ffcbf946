import type { BrokerWatch } from '../controller/broker-watch.ts'
import type { Env } from '../env/env.ts'
import { NetworkError, type Endpoint, type Socket } from '../env/network.ts'

const connectTimeoutMs = 1000
/** After a connection that ended: long enough for a system that is closing the port, short enough for nobody to notice. Doubles up to ... */
const againMs = 5
/** ... this, while connections end soon (a full broker closes them); also when one cannot be had for reasons that say nothing. */
const laterMs = 1000
const shortLifeMs = 2000
/** The first pause while nobody was ever reached; doubles, too. */
const refusedAgainMs = 50

/**
 * Holds an idle connection to the broker's client listener. When it ends, a new one is asked for: a refusal says that nobody listens
 * there any more. A cut network, a paused process or a full one does not refuse, and is left to the session timeout.
 */
export function brokerWatch(env: Pick<Env, 'network' | 'timers' | 'clock'>, failed: (error: unknown) => void): BrokerWatch {
  const pause = (delayMs: number) => new Promise<void>(resolve => env.timers.after(delayMs, resolve))
  return {
    watch(endpoint, refused) {
      let isOver = false
      let socket: Socket | undefined
      let wasReached = false
      let pauseMs = againMs
      let refusedMs = refusedAgainMs
      const isWatched = () => !isOver
      const hold = async (): Promise<void> => {
        while (isWatched()) {
          const connected = await connect(env, endpoint)
          if (!isWatched()) return typeof connected === 'string' ? undefined : connected.destroy()
          if (connected === 'refused' && wasReached) return refused(true)
          if (connected === 'refused') refused(false)
          if (typeof connected === 'string') {
            await pause(connected === 'refused' ? refusedMs : laterMs)
            refusedMs = Math.min(laterMs, refusedMs * 2)
            continue
          }
          wasReached = true
          socket = connected
          const sinceMs = env.clock.monotonicMs()
          await ended(connected)
          pauseMs = env.clock.monotonicMs() - sinceMs < shortLifeMs ? Math.min(laterMs, pauseMs * 2) : againMs
          await pause(pauseMs)
        }
      }
      hold().catch(failed)
      return () => {
        isOver = true
        socket?.destroy()
      }
    },
  }
}

async function connect(env: Pick<Env, 'network'>, endpoint: Endpoint): Promise<Socket | 'refused' | 'unknown'> {
  try {
    return await env.network.connect(endpoint, { timeoutMs: connectTimeoutMs })
  } catch (error) {
    return error instanceof NetworkError && error.kind === 'refused' ? 'refused' : 'unknown'
  }
}

const ended = (socket: Socket): Promise<void> =>
  new Promise(resolve => socket.setHandlers({ data() {}, drained() {}, closed: () => resolve() }))
