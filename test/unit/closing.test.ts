import { expect, it } from 'vitest'
import { closeAll } from '../../src-main/closing.ts'

const never = new Promise<never>(() => {})

function recorded() {
  const log: string[] = []
  const cluster = {
    async close() {
      log.push('cluster')
      await Promise.resolve()
    },
  }
  return { log, cluster }
}

it('brokers are told to stop though the workbench is still being loaded: that may take longer than a stop', async () => {
  const { log, cluster } = recorded()
  await closeAll({ workbench: never, cluster })
  expect(log).toEqual(['cluster'])
})

it('a workbench that is loaded is closed first, and waited for', async () => {
  const { log, cluster } = recorded()
  const workbench = {
    async close() {
      log.push('workbench')
      await new Promise(resolve => setImmediate(resolve))
      log.push('workbench is closed')
    },
  }
  await closeAll({ workbench: Promise.resolve(workbench), cluster })
  expect(log).toEqual(['workbench', 'cluster', 'workbench is closed'])
})

it('a workbench that did not load, or fails to close, keeps nothing from stopping', async () => {
  const { log, cluster } = recorded()
  await closeAll({ workbench: Promise.reject(new Error('not loaded')), cluster })
  await closeAll({ workbench: Promise.resolve({ close: () => Promise.reject(new Error('not closed')) }), cluster })
  await closeAll({ workbench: undefined, cluster: undefined })
  expect(log).toEqual(['cluster', 'cluster'])
})
