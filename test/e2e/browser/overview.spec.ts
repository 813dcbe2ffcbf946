import { expect, type Page, test } from '@playwright/test'
import { removeDataFolder, startServe, type ServeProcess } from '../../helpers/serve-process.ts'
import { expectAccessible } from '../accessibility.ts'
import { brokerRows, workbench } from '../workbench.ts'

let serve: ServeProcess
test.beforeAll(async () => {
  serve = await startServe()
})
test.afterAll(async () => {
  await serve.stop()
  removeDataFolder(serve.dataFolder)
})

test.beforeEach(async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(serve.workbench)
  await workbench(page).openOverview()
})

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText())
const figure = (page: Page, name: string) => page.getByRole('group', { name, exact: true })

test('says how to reach the cluster: its address and snippets, both to be copied', async ({ page }) => {
  await page.getByRole('button', { name: 'Copy address' }).click()
  expect(await clipboard(page)).toBe(serve.bootstrap)
  await page.getByRole('tab', { name: 'kafkajs' }).click()
  await page.getByRole('button', { name: 'Copy snippet' }).click()
  const snippet = await clipboard(page)
  expect(snippet).toContain("from 'kafkajs'")
  expect(snippet).toContain(serve.bootstrap)
  await expect(page.getByLabel('kafkajs snippet')).toHaveText(snippet)
  await page.reload()
  await expect(page.getByRole('tab', { name: 'kafkajs' })).toHaveAttribute('aria-selected', 'true')
})

test('shows who serves and who decides', async ({ page }) => {
  await expect(brokerRows(page).filter({ hasText: 'running' })).toHaveCount(3)
  await expect(brokerRows(page).filter({ hasText: 'controller' })).toHaveCount(1)
  await expect(page.getByText(/ready in \d/)).toBeVisible()
  const quorum = page.getByRole('table', { name: 'Quorum' })
  await expect(quorum.getByRole('row').filter({ hasText: 'leader' })).toHaveCount(1)
  await expect(quorum.getByRole('row').filter({ hasText: 'voter' })).toHaveCount(2)
  await expectAccessible(page)
})

test('the sample shop moves something at once, and removes everything again', async ({ page }) => {
  const shop = page.getByRole('region', { name: 'Sample shop' })
  await shop.getByRole('button', { name: 'Start the sample shop' }).click()
  await expect(shop.getByText(/[1-9][\d,]* records produced/)).toBeVisible({ timeout: 30_000 })
  await expect(figure(page, 'Topics')).toContainText('6')
  const tree = page.getByRole('tree')
  await expect(tree.getByText('payments', { exact: true })).toBeVisible()
  await shop.getByLabel('Orders per second').press('ArrowRight')
  await expect(shop.getByText('50 orders/s')).toBeVisible()
  await shop.getByRole('button', { name: 'orders', exact: true }).click()
  await expect(page.getByRole('region', { name: 'orders' })).toBeVisible()
  await workbench(page).openOverview()
  await expectAccessible(page)
  await shop.getByRole('button', { name: 'Stop and remove it' }).click()
  await expect(shop.getByRole('button', { name: 'Start the sample shop' })).toBeEnabled({ timeout: 30_000 })
  await expect(figure(page, 'Topics')).toContainText('0')
  await expect(tree.getByText('payments', { exact: true })).toBeHidden()
})
