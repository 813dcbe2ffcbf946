import { expect, type Locator, type Page, test } from '@playwright/test'
import { removeDataFolder, startServe, type ServeProcess } from '../../helpers/serve-process.ts'
import { expectAccessible } from '../accessibility.ts'
import { brokerRows, copiedText, inNarrowWindow, workbench } from '../workbench.ts'

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

const figure = (page: Page, name: string) => page.getByRole('group', { name, exact: true })

test('says how to reach the cluster: its address and snippets, both to be copied', async ({ page }) => {
  const copied = (button: string) => copiedText(page, () => page.getByRole('button', { name: button }).click())
  expect(await copied('Copy address')).toBe(serve.bootstrap)
  await page.getByRole('tab', { name: 'kafkajs' }).click()
  const snippet = await copied('Copy snippet')
  expect(snippet).toContain("from 'kafkajs'")
  for (const address of serve.bootstrap.split(',')) expect(snippet).toContain(address)
  await expect(page.getByLabel('kafkajs snippet')).toHaveText(snippet)
  await page.reload()
  await expect(page.getByRole('tab', { name: 'kafkajs' })).toHaveAttribute('aria-selected', 'true')
})

test('shows who serves and who decides', async ({ page }) => {
  await expect(brokerRows(page).filter({ hasText: 'running' })).toHaveCount(3)
  await expect(brokerRows(page).filter({ hasText: 'controller' })).toHaveCount(1)
  await expect(page.getByText(/ready in \d/)).toBeVisible()
  const brokers = page.getByRole('table', { name: 'Brokers' })
  expect(await inNarrowWindow(page, brokers)).toEqual({ sidewaysPx: 0, cut: [] })
  const quorum = page.getByRole('table', { name: 'Quorum' })
  await expect(quorum.getByRole('row').filter({ hasText: 'leader' })).toHaveCount(1)
  await expect(quorum.getByRole('row').filter({ hasText: 'voter' })).toHaveCount(2)
  const features = page.getByRole('table', { name: 'Features' })
  await expect(features.getByRole('row').nth(1)).toHaveText('metadata.version4.3-IV03.7-IV2 – 4.3-IV0')
  await expect(features.getByRole('row').filter({ hasText: 'transaction.version' })).toHaveText(/20 – 2$/)
  expect(await inNarrowWindow(page, features)).toEqual({ sidewaysPx: 0, cut: [] })
  await expectAccessible(page)
})

test('a tab behind another one asks for nothing, and catches up when it is in front again', async ({ page }) => {
  const open = new Map<number, string>()
  page.on('websocket', socket =>
    socket.on('framesent', ({ payload }) => {
      const sent = JSON.parse(String(payload)) as { kind: string; id: number; name: string }
      if (sent.kind === 'open') open.set(sent.id, sent.name)
      if (sent.kind === 'cancel') open.delete(sent.id)
    }),
  )
  await page.reload()
  const streams = () =>
    [...open.values()].filter(name => /^(cluster\.(rates|events)|sampleShop\.watch|local\.watch)$/.test(name)).length
  await expect.poll(streams).toBeGreaterThanOrEqual(4)
  await page.getByRole('tree').getByText('Topics', { exact: true }).first().click()
  await expect.poll(streams).toBe(0)
  await workbench(page).openOverview()
  await expect.poll(streams).toBeGreaterThanOrEqual(4)
  await expect(page.getByRole('table', { name: 'Events' }).or(page.getByText('Nothing happened yet')).first()).toBeVisible()
})

test('copies cells and whole lists, also where no tools stand above them', async ({ page }) => {
  const copied = (cell: Locator, entry: RegExp) =>
    copiedText(page, async () => {
      await cell.click({ button: 'right' })
      await page.getByRole('menuitem', { name: entry }).click()
    })
  const leader = page.getByRole('table', { name: 'Quorum' }).getByText('leader', { exact: true })
  expect(await copied(leader, /^Copy cell/)).toBe('leader')
  const host = brokerRows(page).first().getByText('127.0.0.1')
  const column = await copied(host, /^Copy column/)
  expect(column.split('\n').toSorted()).toEqual(serve.bootstrap.split(',').toSorted())
  expect((await copied(host, /^Copy all as CSV$/)).split('\r\n')).toHaveLength(4)
})

test('the sample shop moves something at once, and removes everything again', async ({ page }) => {
  const shop = page.getByRole('region', { name: 'Sample shop' })
  await shop.getByRole('button', { name: 'Start the sample shop' }).click()
  await expect(shop.getByText(/[1-9][\d,]* records produced/)).toBeVisible()
  await expect(figure(page, 'Topics')).toContainText('6')
  const tree = page.getByRole('tree')
  await expect(tree.getByText('payments', { exact: true })).toBeVisible()
  await shop.getByLabel('Orders per second').press('ArrowRight')
  await expect(shop.getByText('50 orders/s')).toBeVisible()
  await shop.getByRole('button', { name: 'orders', exact: true }).click()
  await expect(page.getByRole('region', { name: 'orders' })).toBeVisible()
  await showShopMembers(page)
  await workbench(page).openOverview()
  await expectAccessible(page)
  await shop.getByRole('button', { name: 'Stop and remove it' }).click()
  await expect(shop.getByRole('button', { name: 'Start the sample shop' })).toBeEnabled()
  await expect(figure(page, 'Topics')).toContainText('0')
  await expect(tree.getByText('payments', { exact: true })).toBeHidden()
})

/** Its consumers are members of their groups; they leave when they are asked to, so that the group can be reset. */
async function showShopMembers(page: Page): Promise<void> {
  await page.getByRole('tree').getByText('billing', { exact: true }).click()
  await page.getByRole('tab', { name: /^Members/ }).click()
  const members = page.getByRole('table', { name: 'Members' }).getByRole('row')
  await expect(members.filter({ hasText: /billing-[12]/ })).toHaveCount(2)
  // What they have not committed cannot be reset.
  await page.getByRole('tab', { name: /^Offsets/ }).click()
  const committed = page.getByRole('table', { name: 'Committed offsets' }).getByRole('row')
  await expect(committed.filter({ hasText: 'orders' }).first()).toBeVisible()
  await page.getByRole('tab', { name: /^Members/ }).click()
  await page.getByRole('button', { name: 'Reset offsets…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Reset offsets of billing' })
  await expect(dialog).toContainText('The group is active, so it cannot be reset now.')
  await dialog.getByRole('button', { name: /Pause the shop/ }).click()
  await expect(dialog.getByRole('button', { name: /^Apply to \d+ partitions/ })).toBeEnabled()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Let them join again' }).click()
  await expect(members.filter({ hasText: /billing-[12]/ })).toHaveCount(2)
}
