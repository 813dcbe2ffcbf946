import { expect } from 'vitest'

/** Awaits a condition: patient, since a machine that runs all suites at once is slow, and quick to see it. */
export const soon = <T>(ask: () => T) => expect.poll(ask, { timeout: 8_000, interval: 5 })
