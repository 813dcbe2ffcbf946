import { parentPort } from 'node:worker_threads'
import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { startBroker } from '../../broker-core/cluster/broker.ts'
import type { RunningBroker } from '../../broker-core/cluster/broker.ts'
import type { LogSink } from '../../broker-core/env/log-sink.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** Entry of one broker's thread. It begins when told with what, and ends when told to, when its broker failed, or with the first error that nobody caught. */
const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread of Brokerbench')
const say = (message: FromWorker) => port.postMessage(message)

/** Failures of the world around: their message says all. Others are mistakes of ours, and where they happened matters. */
const explained: ReadonlySet<string> = new Set(['ConfigError', 'DiskError', 'NetworkError'])

/** What a person may want to see goes to the host; debug lines stay here. */
const log: LogSink = {
  write(level, event, fields = {}) {
    if (level !== 'debug') say({ kind: 'event', event: { level, event, fields } })
  },
}

let broker: RunningBroker | undefined
let isStopping = false

port.on('message', (message: ToWorker) => {
  if (message.kind === 'ping') say({ kind: 'pong', id: message.id })
  else if (message.kind === 'start') void start(message.properties)
  else void stop()
})

async function start(properties: Iterable<readonly [name: string, value: string]>): Promise<void> {
  try {
    // What is to be said of them, the host has said for all brokers.
    const config = brokerConfig(new Map(properties), () => undefined)
    broker = await startBroker(config, nodeEnv({ log }), { recovering: progress => say({ kind: 'recovering', progress }) })
    if (isStopping) return await broker.stop()
    void broker.failed.then(error => giveUp(error))
    await broker.ready
    say({ kind: 'ready' })
  } catch (error) {
    if (!isStopping) giveUp(error)
  }
}

async function stop(): Promise<void> {
  isStopping = true
  try {
    await broker?.stop()
  } finally {
    process.exit(0)
  }
}

function giveUp(error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  say({ kind: 'failed', message, stack: explained.has(name) ? '' : (stack ?? '') })
  process.exit(1)
}
