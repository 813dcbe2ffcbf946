import { expect, type Page, test } from '@playwright/test'
import { removeDataFolder, startServe, type ServeProcess } from '../../helpers/serve-process.ts'
import { brokerRows, workbench } from '../workbench.ts'

let serve: ServeProcess
test.beforeAll(async () => {
  // A broker that was killed is missed after this time; Kafka's nine seconds would only be waited for.
  serve = await startServe({ args: ['--override', 'broker.session.timeout.ms=3000'] })
})
test.afterAll(async () => {
  await serve.stop()
  removeDataFolder(serve.dataFolder)
})

test.beforeEach(async ({ page }) => {
  await page.goto(serve.workbench)
  await workbench(page).openOverview()
})

const row = (page: Page, brokerId: number) => brokerRows(page).nth(brokerId - 1)

test('a killed broker says so while the others go on, and comes back', async ({ page }) => {
  await page.getByRole('button', { name: 'Kill broker 2' }).click()
  await expect(row(page, 2)).toContainText('stopped')
  await expect(row(page, 2)).toContainText('127.0.0.1')
  await expect(page.getByText('2 of 3 brokers run')).toBeVisible()
  await expect(row(page, 1)).toContainText('running')
  await expect(row(page, 3)).toContainText('running')
  await expect(
    page
      .getByRole('table', { name: 'Events' })
      .getByText(/broker 2/)
      .first(),
  ).toBeVisible({ timeout: 20_000 })
  await page.getByRole('button', { name: 'Start broker 2' }).click()
  await expect(row(page, 2)).toContainText('running')
  await expect(page.getByText('2 of 3 brokers run')).toBeHidden()
})

test('the whole cluster stops, says so, and starts again', async ({ page }) => {
  await page.getByRole('button', { name: 'Stop the cluster' }).click()
  await expect(page.getByText('The cluster is stopped.')).toBeVisible()
  await expect(brokerRows(page).filter({ hasText: 'stopped' })).toHaveCount(3)
  await page.getByRole('button', { name: 'Start the cluster' }).click()
  await expect(page.getByText(/Starting: \d of 3 brokers serve/)).toBeVisible()
  await expect(brokerRows(page).filter({ hasText: 'running' })).toHaveCount(3, { timeout: 30_000 })
})

test('a broker is added, and retired again with its id', async ({ page }) => {
  await page.getByRole('button', { name: 'Add a broker' }).click()
  await expect(brokerRows(page)).toHaveCount(4)
  await expect(row(page, 4)).toContainText('running')
  await page.getByRole('button', { name: 'More about broker 1' }).click()
  await expect(page.getByRole('menuitem', { name: /^Retire/ })).toHaveAttribute('aria-disabled', 'true')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More about broker 4' }).click()
  await page.getByRole('menuitem', { name: /^Retire/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Retire broker 4' })
  await expect(dialog).toContainText('it is stopped and the cluster unregisters it')
  await dialog.getByLabel('Throttle in MB/s').fill('fast')
  await expect(dialog.getByRole('alert')).toBeVisible()
  await dialog.getByLabel('Throttle in MB/s').fill('50')
  await dialog.getByRole('button', { name: 'Retire broker 4' }).click()
  await expect(dialog).toBeHidden({ timeout: 30_000 })
  await expect(brokerRows(page)).toHaveCount(3)
})
