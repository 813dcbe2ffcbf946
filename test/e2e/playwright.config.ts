import { defineConfig } from '@playwright/test'

/**
 * Two workers, each with a cluster that its files share: much of a test is waiting, for a page, a sample, an election. Time limits are for
 * what hangs: other suites run beside this one.
 */
export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  workers: 2,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 45_000 },
  reporter: 'line',
  projects: [
    {
      name: 'browser',
      testMatch: 'browser/**/*.spec.ts',
      use: {
        browserName: 'chromium',
        viewport: { width: 1440, height: 900 },
        screenshot: 'only-on-failure',
        actionTimeout: 60_000,
        launchOptions: {
          ...(process.env.CHROME_PATH === undefined ? {} : { executablePath: process.env.CHROME_PATH }),
          args: [
            ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
            '--disable-gpu',
            '--disable-gpu-rasterization',
          ],
        },
      },
    },
    { name: 'window', testMatch: 'window/**/*.spec.ts' },
  ],
})
