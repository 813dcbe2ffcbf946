import { defineConfig } from 'vitest/config'

/**
 * One project per kind of test, so that each can be run and counted alone: `npx vitest run --project unit`. Time limits are for what
 * hangs, and leave room for suites that run beside each other. Files of a kind share a process and its modules, so a test leaves nothing
 * behind: no global is changed, and helpers clean up with `onTestFinished`, never with a hook of their own.
 */
const project = (name: string, options: { folder?: string; exclude?: string[]; timeoutMs?: number; serial?: boolean } = {}) => ({
  test: {
    name,
    include: [`test/${options.folder ?? name}/**/*.test.{ts,tsx}`],
    exclude: options.exclude ?? [],
    testTimeout: options.timeoutMs ?? 30_000,
    hookTimeout: options.timeoutMs ?? 30_000,
    fileParallelism: !options.serial,
    pool: 'forks' as const,
    // Importing the product anew for each file would cost more than the tests themselves.
    isolate: false,
  },
})

export default defineConfig({
  test: {
    projects: [
      project('unit', { timeoutMs: 60_000 }),
      project('protocol', { timeoutMs: 60_000 }),
      project('compliance', { timeoutMs: 60_000 }),
      project('simulation', { timeoutMs: 300_000 }),
      project('integration', { timeoutMs: 120_000, serial: true }),
      project('interop', { exclude: ['test/interop/librdkafka/**', 'test/interop/java/**'], timeoutMs: 300_000, serial: true }),
      project('java', { folder: 'interop/java', timeoutMs: 300_000, serial: true }),
      project('librdkafka', { folder: 'interop/librdkafka', timeoutMs: 300_000, serial: true }),
      project('tidy', { timeoutMs: 30_000 }),
    ],
  },
})
