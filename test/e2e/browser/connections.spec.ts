import { expect, type Page } from '@playwright/test'
import { freePortRun } from '../../helpers/free-ports.ts'
import { removeDataFolder, startServe, type ServeProcess } from '../../helpers/serve-process.ts'
import { expectAccessible } from '../accessibility.ts'
import { forgetSettings, test } from '../shared-serve.ts'
import { brokerRows } from '../workbench.ts'

let other: ServeProcess
test.beforeAll(async ({ serve }) => {
  await forgetSettings(serve)
  other = await startServe({ args: ['--brokers', '1', '--no-ui'] })
})
test.afterAll(async () => {
  await other.stop()
  removeDataFolder(other.dataFolder)
})

test.beforeEach(async ({ page, serve }) => {
  await page.goto(serve.workbench)
  await expect(page.getByRole('tree')).toBeVisible()
  await openConnections(page)
})

const openConnections = (page: Page) => page.evaluate(() => location.assign('#/connections'))
const list = (page: Page) => page.getByRole('grid', { name: 'Connections' })

async function openDialog(page: Page) {
  await page.getByRole('button', { name: 'Add connection' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add connection' })
  await expect(dialog).toBeVisible()
  return dialog
}

test('a wrong port says where it fails', async ({ page }) => {
  const dialog = await openDialog(page)
  const port = await freePortRun(1)
  await dialog.getByLabel('Bootstrap servers').fill(`127.0.0.1:${port}`)
  await dialog.getByRole('button', { name: 'Test' }).click()
  const walk = dialog.getByRole('region', { name: 'Test' })
  await expect(walk.getByText('It breaks at TCP.')).toBeVisible()
  const steps = walk.getByRole('listitem')
  await expect(steps.filter({ hasText: 'DNS' })).toContainText('ok')
  await expect(steps.filter({ hasText: 'TCP' })).toContainText(String(port))
  await expect(steps.filter({ hasText: 'Metadata' })).toContainText('not reached')
  await expectAccessible(page)
})

test('TLS against a plain listener breaks at TLS', async ({ page }) => {
  const dialog = await openDialog(page)
  await dialog.getByLabel('Bootstrap servers').fill(other.bootstrap)
  await dialog.getByRole('combobox', { name: 'Security protocol' }).click()
  await page.getByRole('option', { name: /^TLS/ }).click()
  await dialog.getByLabel('Verify the certificate').uncheck()
  await expect(dialog.getByText('For trying out only.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Test' }).click()
  await expect(dialog.getByText('It breaks at TLS.')).toBeVisible({ timeout: 20_000 })
})

test('a pasted properties file fills the fields and says what it did not understand', async ({ page }) => {
  const dialog = await openDialog(page)
  await dialog.getByRole('button', { name: 'Paste a client properties file' }).click()
  const hostile = '<img src=x onerror=alert(1)>'
  await dialog
    .getByLabel('Client properties')
    .fill(
      [
        'bootstrap.servers=SASL_SSL://b1.example.invalid:9093,b2.example.invalid:9093',
        'security.protocol=SASL_SSL',
        'sasl.mechanism=SCRAM-SHA-512',
        'sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="anna" password="hunter2";',
        `ssl.truststore.location=${hostile}`,
        'group.id=billing',
      ].join('\n'),
    )
  await dialog.getByRole('button', { name: 'Fill the fields' }).click()
  await expect(dialog.getByLabel('Bootstrap servers')).toHaveValue('b1.example.invalid:9093, b2.example.invalid:9093')
  await expect(dialog.getByRole('combobox', { name: 'SASL mechanism' })).toHaveText('SCRAM-SHA-512')
  await expect(dialog.getByLabel('User', { exact: true })).toHaveValue('anna')
  await expect(dialog.getByLabel('Password', { exact: true })).toHaveAttribute('type', 'password')
  await expect(dialog.getByText(`names a file (${hostile})`)).toBeVisible()
  await expect(dialog.getByText(/Left out.*group\.id/)).toBeVisible()
  await expect(dialog.getByText(/kept in (memory|the keychain)/)).toBeVisible()
  expect(await page.getByText('hunter2').count()).toBe(0)
})

test('a cluster of others is tested, added, opens read-only with its band, and is removed', async ({ page }) => {
  const dialog = await openDialog(page)
  await dialog.getByLabel('Name', { exact: true }).fill('neighbour')
  await dialog.getByLabel('Bootstrap servers').fill(other.bootstrap)
  await dialog.getByText('violet').click({ force: true })
  await dialog.getByRole('button', { name: 'Test' }).click()
  await expect(dialog.getByText('The cluster can be reached and used.')).toBeVisible()
  await expect(dialog.getByRole('listitem').filter({ hasText: 'Advertised listeners' })).toContainText(other.bootstrap)
  await dialog.getByRole('button', { name: 'Add connection' }).click()

  await expect(brokerRows(page).filter({ hasText: other.bootstrap })).toHaveCount(1)
  await expect(page.getByText('read-only', { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start the sample shop' })).toBeDisabled()
  await expect(page.getByText('“neighbour” is read-only').last()).toBeVisible()
  await expect(page.getByRole('button', { name: 'Kill broker 1' })).toHaveCount(0)
  await expectAccessible(page)

  await openConnections(page)
  await expect(list(page).getByRole('row').filter({ hasText: 'neighbour' })).toContainText('read-only')
  await expectAccessible(page)
  await list(page).getByRole('button', { name: 'Remove neighbour' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove neighbour' }).click()
  await expect(list(page).getByText('neighbour')).toHaveCount(0)
  await expect(page.getByRole('navigation', { name: 'Open tabs' }).getByText('neighbour')).toHaveCount(0)
})

test('what changes a cluster of others is in the audit list', async ({ page }) => {
  const dialog = await openDialog(page)
  await dialog.getByLabel('Name', { exact: true }).fill('changed')
  await dialog.getByLabel('Bootstrap servers').fill(other.bootstrap)
  await dialog.getByRole('button', { name: 'Add connection' }).click()
  await page.getByRole('button', { name: 'Allow writing…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Allow writing to changed' }).click()
  await page.getByRole('button', { name: 'Start the sample shop' }).click()
  await expect(page.getByRole('button', { name: 'Stop and remove it' })).toBeEnabled()
  await page.getByRole('button', { name: 'Stop and remove it' }).click()
  await expect(page.getByRole('button', { name: 'Start the sample shop' })).toBeEnabled()
  await openConnections(page)
  const audit = page.getByRole('table', { name: 'Audit' })
  await expect(audit.getByRole('row').filter({ hasText: 'sampleShop.stop' })).toContainText('done')
  await expect(audit.getByRole('row').filter({ hasText: 'sampleShop.start' })).toContainText('changed')
})

test('settings: theme, time zone, what this run is', async ({ page, serve }) => {
  await page.evaluate(() => location.assign('#/settings'))
  await page.getByRole('tab', { name: 'Light' }).click()
  await expect(page.locator('html')).toHaveClass(/light/)
  await page.getByLabel('Filter time zones').fill('kolkata')
  await page
    .getByRole('grid', { name: 'Time zones' })
    .getByText(/Kolkata/)
    .click()
  await expect(page.getByRole('button', { name: /Time zone: Asia\/(Kolkata|Calcutta)/ })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Embedded cluster' })).toContainText(serve.bootstrap.replaceAll(',', ', '))
  await expectAccessible(page)
  await page.reload()
  await expect(page.locator('html')).toHaveClass(/light/)
})
