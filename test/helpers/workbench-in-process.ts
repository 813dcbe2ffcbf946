import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { startBroker } from '../../broker-core/cluster/broker.ts'
import type { LogSink } from '../../broker-core/env/log-sink.ts'
import { lockFile } from '../../broker-core/env/node/disk-lock.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import type { RunBroker } from '../../src-main/cluster-host/broker-runner.ts'
import type { ClusterHost } from '../../src-main/cluster-host/cluster-host.ts'
import { openLocalCluster } from '../../src-main/cluster-host/open-local-cluster.ts'
import type { LocalClusterWish } from '../../src-main/cluster-host/open-local-cluster.ts'
import type { CallName, InputOf, ItemOf, OutputOf, StreamName } from '../../src-main/contract/contract.ts'
import { contract } from '../../src-main/contract/contract.ts'
import type { CallContext } from '../../src-main/workbench/handlers.ts'
import { newNotices } from '../../src-main/notices.ts'
import { sessionSecrets } from '../../src-main/settings/secret-store.ts'
import type { OpenTarget } from '../../src-main/workbench/open-target.ts'
import { openWorkbench } from '../../src-main/workbench/workbench.ts'
import type { Workbench } from '../../src-main/workbench/workbench.ts'

/** The workbench as both doors have it, on a cluster that runs already; its use cases are called as a window calls them. */
export interface WorkbenchInProcess {
  /** Of the opened cluster. */
  readonly connection: string
  readonly folder: string
  call<N extends CallName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>
  stream<N extends StreamName>(name: N, input: InputOf<N>, signal: AbortSignal): AsyncIterable<ItemOf<N>>
  close(): Promise<void>
}

/** `target`: `host:port`, comma separated, or a log directory. */
export function openWorkbenchOn(target: string | OpenTarget): WorkbenchInProcess {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  const open = typeof target === 'string' ? { kind: 'cluster' as const, bootstrap: target.split(',') } : target
  const workbench = workbenchIn(folder, undefined, open)
  return inProcess(workbench, 'opened', folder, async () => {
    await workbench.close()
    rmSync(folder, { recursive: true, force: true })
  })
}

export interface LocalWorkbench extends WorkbenchInProcess {
  readonly host: ClusterHost
  /** Warnings and errors of the brokers. */
  readonly complaints: readonly string[]
}

/** The embedded cluster with its workbench, as the app has them; only that the brokers run in this thread unless told otherwise. `close` keeps the folder. */
export async function openLocalWorkbench(
  folder: string,
  wish: Partial<LocalClusterWish> = {},
  run: RunBroker = brokersInThisThread,
): Promise<LocalWorkbench> {
  const complaints: string[] = []
  const cluster = await openLocalCluster(
    { dataDirectory: folder, brokers: undefined, port: undefined, overrides: {}, ...wish },
    {
      run,
      lock: lockFile,
      notice: (_level, title, detail) => complaints.push(`${title}: ${detail}`),
      told(brokerId, { level, event, fields }) {
        if (level === 'warn' || level === 'error') complaints.push(`[${brokerId}] ${event} ${JSON.stringify(fields)}`)
      },
      nowMs: Date.now,
    },
  )
  const workbench = workbenchIn(folder, cluster.host, undefined)
  const close = async () => {
    await workbench.close()
    await cluster.close()
  }
  return { ...inProcess(workbench, 'local', folder, close), host: cluster.host, complaints }
}

const brokersInThisThread: RunBroker = (properties, told, recovering) => {
  const log: LogSink = { write: (level, event, fields = {}) => told({ level, event, fields }) }
  const started = startBroker(
    brokerConfig(properties, () => undefined),
    nodeEnv({ log }),
    { recovering },
  )
  let end!: (failure: string | undefined) => void
  const ended = new Promise<{ failure: string | undefined }>(resolve => {
    end = failure => resolve({ failure })
  })
  started
    .then(broker => broker.failed)
    .then(
      error => end(error.message),
      (error: Error) => end(error.message),
    )
  const ready = started.then(broker => broker.ready)
  ready.catch(() => undefined)
  const ending = async (how: 'stop' | 'kill') => {
    await (await started)[how]()
    end(undefined)
  }
  return { ready, ended, stop: () => ending('stop'), kill: () => ending('kill'), delayMs: () => Promise.resolve(0) }
}

function workbenchIn(folder: string, cluster: ClusterHost | undefined, open: OpenTarget | undefined): Workbench {
  return openWorkbench({
    cluster,
    notices: newNotices(Date.now, () => undefined),
    open,
    secrets: sessionSecrets(),
    version: '0.0.0',
    door: 'browser',
    runtime: 'test',
    dataDirectory: folder,
    startedAtMs: Date.now(),
    mainFolder: folder,
  })
}

function inProcess(workbench: Workbench, connection: string, folder: string, close: () => Promise<void>): WorkbenchInProcess {
  const context = (signal: AbortSignal): CallContext => {
    setMaxListeners(0, signal)
    return { signal, asker: { id: 'test', onGone: () => undefined } }
  }
  return {
    connection,
    folder,
    async call(name, input) {
      const parsed = contract[name].input.parse(input)
      const handler = workbench.handlers[name] as (input: unknown, context: CallContext) => Promise<unknown>
      return (await handler(parsed, context(new AbortController().signal))) as never
    },
    stream(name, input, signal) {
      const parsed = contract[name].input.parse(input)
      const handler = workbench.handlers[name] as (input: unknown, context: CallContext) => AsyncIterable<never>
      return handler(parsed, context(signal))
    },
    close,
  }
}
