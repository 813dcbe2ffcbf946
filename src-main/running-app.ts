import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { lockFile } from '../broker-core/env/node/disk-lock.ts'
import type { BrokerEvent } from './cluster-host/broker-runner.ts'
import { brokersInThreads, brokerThreadEntry, type BrokerThreads } from './cluster-host/broker-thread.ts'
import { brokersUsual } from './cluster-host/cluster-shape.ts'
import { openLocalCluster } from './cluster-host/open-local-cluster.ts'
import type { LocalCluster } from './cluster-host/open-local-cluster.ts'
import type { ServeOptions } from './command-line.ts'
import type { Port, ToWindow } from './contract/messages.ts'
import type { AppInfo } from './contract/views/app.ts'
import { closeAll } from './closing.ts'
import { openLogDirectory } from './log-directory/log-directory.ts'
import { newNotices } from './notices.ts'
import type { Notices } from './notices.ts'
import { complain, messageOf } from './process-end.ts'
import type { SecretStore } from './settings/secret-store.ts'
import { defaultDataDirectory } from './settings/directories.ts'
import { answerPort } from './workbench/answer-port.ts'
import { toFailure } from './workbench/failures.ts'
import { lazyHandlers } from './workbench/lazy-handlers.ts'
import type { OpenTarget } from './workbench/open-target.ts'

export interface AppOptions extends Pick<ServeOptions, 'brokers' | 'port' | 'dataDirectory' | 'overrides'> {
  /** Shown instead of a cluster of our own. */
  readonly open: OpenTarget | undefined
  readonly door: AppInfo['door']
  readonly version: string
  readonly runtime: string
  /** Folder of the built entries: the broker thread's file lies there. */
  readonly mainFolder: string
  readonly secrets: SecretStore
  /** Threads of which some may be loading their code already; undefined: they begin now. */
  readonly threads?: BrokerThreads | undefined
}

/** What both doors stand on: the embedded cluster (unless something else was opened) and the workbench behind the contract. */
export interface RunningApp {
  /** Undefined when nothing of our own runs. */
  readonly cluster: LocalCluster | undefined
  readonly notices: Notices
  /** Starts the brokers; resolves when all serve. Rejects with one line for a person. */
  startCluster(): Promise<void>
  /** Loads the workbench, so that its sampler runs from the first start; a window would load it too. */
  loadWorkbench(): Promise<void>
  answer(port: Port<unknown, ToWindow>): void
  /** Everything stopped and written; safe to call again. */
  close(): Promise<void>
}

/** Takes directory and ports, starts nothing yet. Throws ClusterRefusal. */
export async function openApp(options: AppOptions): Promise<RunningApp> {
  const startedAtMs = Date.now()
  const notices = newNotices(Date.now, notice => complain(`${notice.title}: ${notice.detail}`))
  const dataDirectory = dataDirectoryOf(options)
  // Said at once, not by the first screen.
  if (options.open?.kind === 'directory') openLogDirectory(options.open.path)
  const state = { isStarting: false }
  const threads = options.threads ?? brokersInThreads(join(options.mainFolder, brokerThreadEntry))
  const cluster = options.open === undefined ? await openCluster(options, dataDirectory, threads, { notices, state }) : undefined
  const load = once(async () => {
    const { openWorkbench } = await import('./workbench/workbench.ts')
    const { version, door, runtime, open, secrets, mainFolder } = options
    return openWorkbench({
      cluster: cluster?.host,
      notices,
      open,
      secrets,
      version,
      door,
      runtime,
      dataDirectory,
      startedAtMs,
      mainFolder,
    })
  })
  const handlers = lazyHandlers(async () => (await load()).handlers)
  const report = (error: unknown, where: string) =>
    complain(`internal error in ${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  const close = once(() => closeAll({ workbench: load.started, cluster }))
  return {
    cluster,
    notices,
    async startCluster() {
      state.isStarting = true
      await startAll(cluster).finally(() => {
        state.isStarting = false
        threads.discard()
      })
    },
    loadWorkbench: async () => void (await load()),
    answer: port => answerPort(port, { handlers, appVersion: options.version, toFailure, report }),
    close,
  }
}

const dataDirectoryOf = (options: AppOptions): string =>
  resolve(
    options.dataDirectory ?? defaultDataDirectory({ platform: process.platform, home: homedir(), environment: process.env }),
  )

async function openCluster(
  options: AppOptions,
  dataDirectory: string,
  threads: BrokerThreads,
  { notices, state }: { readonly notices: Notices; readonly state: { readonly isStarting: boolean } },
): Promise<LocalCluster> {
  threads.prepare(options.brokers ?? brokersUsual)
  return await openLocalCluster(
    { dataDirectory, brokers: options.brokers, port: options.port, overrides: options.overrides },
    {
      run: threads.run,
      lock: lockFile,
      notice: (level, title, detail) => notices.tell(level, title, detail),
      told: (brokerId, event) => tellOf(brokerId, event, notices, state.isStarting),
      nowMs: Date.now,
    },
  ).catch((error: unknown) => {
    threads.discard()
    throw error
  })
}

/**
 * Warnings and errors of brokers reach a person; what they tell of their normal life does not. A broker that does not start is told
 * by whoever started it.
 */
function tellOf(brokerId: number, event: BrokerEvent, notices: Notices, isStarting: boolean): void {
  if (isStarting && event.event === 'broker.failed' && event.fields['stack'] === undefined) return
  if (event.event === 'broker.recovering')
    return notices.tell('info', `Broker ${brokerId}`, String(event.fields['detail']), 'local')
  if (event.level !== 'warn' && event.level !== 'error') return
  const fields = Object.entries(event.fields).filter(([, value]) => value !== undefined)
  const detail = fields.map(([name, value]) => `${name}=${value}`).join(' ')
  notices.tell(event.level === 'error' ? 'error' : 'warning', `Broker ${brokerId}`, `${event.event} ${detail}`.trim(), 'local')
}

async function startAll(cluster: LocalCluster | undefined): Promise<void> {
  try {
    await cluster?.host.start()
  } catch (error) {
    const failed = cluster?.host.view.value.brokers.find(broker => broker.failure !== null)
    const who = failed === undefined ? 'the cluster' : `broker ${failed.brokerId}`
    throw new Error(`${who} did not start: ${failed?.failure ?? messageOf(error)}`, { cause: error })
  }
}

interface Once<T> {
  (): Promise<T>
  readonly started: Promise<T> | undefined
}

function once<T>(action: () => Promise<T>): Once<T> {
  let started: Promise<T> | undefined
  const run = () => (started ??= action())
  return Object.defineProperty(run, 'started', { get: () => started }) as Once<T>
}
