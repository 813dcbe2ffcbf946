import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[]
}

/** Nothing that axe finds wrong by WCAG 2.1 A and AA, contrast included. Through the debugger: the page's policy lets no other script in. */
export const expectAccessible = (page: Page): Promise<void> => expectNothing(page, ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])

/** Contrast alone, for the other theme of a screen that was looked at as a whole. */
export const expectContrast = (page: Page): Promise<void> => expectNothing(page, ['color-contrast'])

async function expectNothing(page: Page, runOnly: readonly string[]): Promise<void> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(source)
  // What passes is not told, and describing it would take most of the time.
  const options = { runOnly, resultTypes: ['violations'] }
  const violations = (await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)}).then(result => result.violations)`,
  )) as Violation[]
  const told = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.slice(0, 5).map(node => `${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  }))
  expect(told).toEqual([])
}
