import { expect, test as base } from '@playwright/test'
import type { ConnectionView, Preferences } from '../../src-main/contract/views/app.ts'
import { removeDataFolder, type ServeProcess, startServe } from '../helpers/serve-process.ts'
import { connectWorkbench } from '../helpers/workbench-call.ts'

/**
 * One cluster for all files that a worker runs: starting three brokers costs more than most tests. Files keep out of each other's way
 * by the names of their topics and groups; what stops, kills or counts starts a cluster of its own.
 */
export const test = base.extend<object, { serve: ServeProcess }>({
  serve: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures wanted from the pattern
    async ({}, use) => {
      const serve = await startServe()
      await use(serve)
      expect(await serve.stop()).toBe(0)
      removeDataFolder(serve.dataFolder)
    },
    { scope: 'worker', timeout: 90_000 },
  ],
})

/** What the file before left open or chosen; each file begins as a person's first start. */
export async function forgetSettings(serve: ServeProcess): Promise<void> {
  const workbench = await connectWorkbench(serve.workbench)
  try {
    const { window } = (await workbench.call('settings.read')) as Preferences
    const forgotten = Object.fromEntries(Object.keys(window).map(key => [key, null]))
    const usual = { theme: 'system', density: 'compact', timeZone: 'system', schemaFolder: null }
    await workbench.call('settings.write', { ...usual, window: forgotten })
    const connections = (await workbench.first('connections.watch')) as readonly ConnectionView[]
    for (const { id } of connections.filter(it => it.kind === 'foreign'))
      await workbench.call('connections.remove', { connection: id })
  } finally {
    workbench.close()
  }
}
