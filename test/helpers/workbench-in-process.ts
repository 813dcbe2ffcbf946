import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallName, InputOf, ItemOf, OutputOf, StreamName } from '../../src-main/contract/contract.ts'
import { contract } from '../../src-main/contract/contract.ts'
import type { CallContext } from '../../src-main/workbench/handlers.ts'
import { newNotices } from '../../src-main/notices.ts'
import { sessionSecrets } from '../../src-main/settings/secret-store.ts'
import type { OpenTarget } from '../../src-main/workbench/open-target.ts'
import { openWorkbench } from '../../src-main/workbench/workbench.ts'

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
  const workbench = openWorkbench({
    cluster: undefined,
    notices: newNotices(Date.now, () => undefined),
    open: typeof target === 'string' ? { kind: 'cluster', bootstrap: target.split(',') } : target,
    secrets: sessionSecrets(),
    version: '0.0.0',
    door: 'browser',
    runtime: 'test',
    dataDirectory: folder,
    startedAtMs: Date.now(),
    mainFolder: folder,
  })
  const context = (signal: AbortSignal): CallContext => {
    setMaxListeners(0, signal)
    return { signal, asker: { id: 'test', onGone: () => undefined } }
  }
  return {
    connection: 'opened',
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
    async close() {
      await workbench.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
