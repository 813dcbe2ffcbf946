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
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(source)
  const violations = (await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then(result => result.violations)`,
  )) as Violation[]
  const told = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.slice(0, 5).map(node => `${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  }))
  expect(told).toEqual([])
}
