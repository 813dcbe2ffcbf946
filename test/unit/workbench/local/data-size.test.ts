import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dataDirectorySize } from '../../../../src-main/workbench/local/data-size.ts'

const { signal } = new AbortController()

it('the data directory is measured by broker, with what else lies there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  try {
    for (const [broker, bytes] of [
      [2, 300],
      [10, 50],
    ] as const) {
      mkdirSync(join(folder, `broker-${broker}`, 'orders-0'), { recursive: true })
      writeFileSync(join(folder, `broker-${broker}`, 'orders-0', '0.log'), new Uint8Array(bytes))
      writeFileSync(join(folder, `broker-${broker}`, 'meta.properties'), new Uint8Array(7))
    }
    writeFileSync(join(folder, 'settings.json'), new Uint8Array(20))
    const size = await dataDirectorySize(folder, signal)
    expect(size.brokers).toEqual([
      { brokerId: 2, bytes: 307 },
      { brokerId: 10, bytes: 57 },
    ])
    expect(size.otherBytes).toBe(20)
    expect(size.freeBytes).toBeGreaterThan(0)
    expect(await dataDirectorySize(join(folder, 'gone'), signal)).toEqual({ brokers: [], otherBytes: 0, freeBytes: null })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

it.skipIf(process.platform === 'win32')(
  'an index that is made at its full length counts for what it takes of the volume (not on Windows, which counts no blocks)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
    try {
      mkdirSync(join(folder, 'broker-1', 'orders-0'), { recursive: true })
      const index = join(folder, 'broker-1', 'orders-0', '0.index')
      writeFileSync(index, new Uint8Array(16).fill(1))
      truncateSync(index, 10_485_760)
      const [broker] = (await dataDirectorySize(folder, signal)).brokers
      expect(broker?.bytes).toBeGreaterThanOrEqual(16)
      expect(broker?.bytes).toBeLessThan(100_000)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
