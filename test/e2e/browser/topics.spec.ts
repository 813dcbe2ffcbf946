import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import { expect } from '@playwright/test'
import type { Locator, Page } from '@playwright/test'
import { forgetSettings, test } from '../shared-serve.ts'
import { inNarrowWindow, workbench } from '../workbench.ts'

test.describe.configure({ mode: 'serial' })

let page: Page

test.beforeAll(async ({ browser, serve }) => {
  await forgetSettings(serve)
  page = await browser.newPage()
  await page.goto(serve.workbench)
})
test.afterAll(() => page.close())

const topicsGrid = () => page.getByRole('grid', { name: 'Topics' })
const topicRow = (topic: string) =>
  topicsGrid()
    .getByRole('row')
    .filter({ has: page.getByText(topic, { exact: true }) })
const createDialog = () => page.getByRole('dialog', { name: 'Create topic' })
const partitionTable = () => page.getByRole('table', { name: 'Partitions' })
const partitionRows = () => partitionTable().getByRole('row')
const configRow = (config: string) =>
  page
    .getByRole('grid', { name: 'Config' })
    .getByRole('row')
    .filter({ has: page.getByText(config, { exact: true }) })

async function openTopics(): Promise<void> {
  await page.getByRole('tree').getByText('Topics', { exact: true }).first().click()
  await expect(page.getByRole('region', { name: 'Topics' })).toBeVisible()
}

async function openCreate(): Promise<Locator> {
  await openTopics()
  await page.getByRole('button', { name: 'Create topic' }).first().click()
  return createDialog()
}

async function fromMenu(topic: string, entry: string): Promise<void> {
  await openTopics()
  await topicRow(topic).click({ button: 'right' })
  await page.getByRole('menuitem', { name: entry }).click()
}

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]
}

/** What axe finds against WCAG 2.1 AA in the screen, or in the dialog over it. */
async function accessFindings(): Promise<string[]> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(where: Element | null, options: object): Promise<AxeResult> } }
    const where = document.querySelector('[role=dialog]') ?? document.querySelector('main')
    return await axe.run(where, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
  })
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html.slice(0, 160)).join(' | ')}`)
}

test('creates a topic with configuration, in the layout that was shown', async () => {
  const dialog = await openCreate()
  await dialog.getByRole('textbox', { name: 'Topic name' }).fill('orders')
  await dialog.getByLabel('Partitions').fill('4')
  await dialog.getByLabel('Replication factor').fill('2')
  const layout = dialog.getByRole('region', { name: 'Replica layout' })
  await expect(layout).toContainText('broker 1 leads')
  await dialog.getByRole('searchbox', { name: 'Search configuration' }).fill('retention')
  const retention = dialog.getByRole('textbox', { name: 'retention.ms', exact: true })
  await retention.fill('-5')
  await expect(dialog.getByRole('alert')).toHaveText('At least -1.')
  await retention.fill('86400000')
  await expect(dialog.getByText('1 d', { exact: true }).first()).toBeVisible()
  await expect(layout).toContainText('holds')
  await dialog.getByRole('button', { name: 'Create topic' }).click()
  await expect(dialog).toBeHidden()
  await expect(topicRow('orders')).toContainText('healthy')
  await expect(topicRow('orders')).toContainText('1 d')
  expect(await accessFindings()).toEqual([])
})

test('says at once which names cannot be, and what they collide with', async () => {
  await workbench(page).createTopic('shop.orders', 1)
  const dialog = await openCreate()
  const name = dialog.getByRole('textbox', { name: 'Topic name' })
  const verdict = dialog.getByRole('alert')
  await name.fill('shop_orders')
  await expect(verdict).toContainText('Collides with “shop.orders”')
  await name.fill('orders')
  await expect(verdict).toContainText('already')
  await name.fill('<b>bold</b>')
  await expect(verdict).toContainText('“<” is not allowed')
  await name.fill('x'.repeat(250))
  await expect(verdict).toContainText('at most 249')
  await name.fill('a.b_c')
  await expect(verdict).toHaveCount(0)
  await expect(dialog.getByText('may be mixed up')).toBeVisible()
  await dialog.getByLabel('Replication factor').fill('9')
  await expect(verdict).toContainText(/replicat/i)
  expect(await accessFindings()).toEqual([])
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})

test('creates by keyboard alone, and a name of 249 characters leaves the layout whole', async () => {
  // In front of whatever topics other files left on this cluster.
  const long = `-${'n'.repeat(248)}`
  await openTopics()
  await page.getByRole('button', { name: 'Create topic' }).focus()
  await page.keyboard.press('Enter')
  await expect(createDialog().getByRole('textbox', { name: 'Topic name' })).toBeFocused()
  await page.keyboard.type(long)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('2')
  await page.keyboard.press('Enter')
  await expect(createDialog()).toBeHidden()
  await expect(topicRow(long)).toBeVisible()
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(overflow).toBe(0)
  await topicsGrid().focus()
  await page.keyboard.press('Home')
  await expect(topicRow(long)).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Shift+F10')
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete topic' })
  await expect(dialog.getByRole('button', { name: 'Delete this topic' })).toBeVisible()
  const box = await dialog.boundingBox()
  const inner = await dialog.evaluate(element => element.scrollWidth - element.clientWidth)
  expect([Math.round(box?.width ?? 0), inner]).toEqual([520, 0])
  await page.keyboard.press('Escape')
})

test('starts a topic like another one', async () => {
  await fromMenu('orders', 'Create like this…')
  const dialog = createDialog()
  await expect(dialog.getByLabel('Partitions')).toHaveValue('4')
  await expect(dialog.getByText('1 changed')).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Topic name' }).fill('orders-again')
  await dialog.getByRole('button', { name: 'Create topic' }).click()
  await expect(dialog).toBeHidden()
  await expect(topicRow('orders-again')).toContainText('1 d')
})

test('adds partitions after saying that keys move', async () => {
  await fromMenu('orders-again', 'Partitions')
  await expect(partitionRows()).toHaveCount(5)
  await page.getByRole('button', { name: 'Add partitions…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add partitions' })
  await expect(dialog).toContainText('Keys move')
  await dialog.getByLabel('Partitions in total').fill('4')
  await expect(dialog.getByRole('alert')).toContainText('More than the 4')
  await dialog.getByLabel('Partitions in total').fill('6')
  await dialog.getByRole('button', { name: 'Add 2 partitions' }).click()
  await expect(partitionRows()).toHaveCount(7)
  expect(await accessFindings()).toEqual([])
})

test('moves replicas by a plan and by hand, and reads them back', async () => {
  await page.getByRole('button', { name: 'Reassign…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Reassign partitions' })
  await dialog.getByLabel('Replication factor').fill('3')
  const move = dialog.getByRole('button', { name: 'Move 6 partitions' })
  await expect(move).toBeEnabled()
  const first = dialog.getByRole('textbox', { name: 'Replicas of 0' })
  await first.fill('1, 1')
  await expect(dialog.getByRole('alert')).toContainText('Broker 1 stands there twice')
  await expect(move).toBeDisabled()
  await first.fill('3, 2, 1')
  expect(await accessFindings()).toEqual([])
  await move.click()
  await expect(page.getByRole('region', { name: 'Reassignment' })).toContainText('Reassigned 6 partitions: read back as planned')
  await expect(partitionRows().nth(1)).toContainText('3, 2, 1')
})

test('shows the partitions whole in a window of 1,280 pixels', async () => {
  await expect(partitionRows().nth(1)).toContainText('3 of 3')
  expect(await inNarrowWindow(page, partitionTable())).toEqual({ sidewaysPx: 0, cut: [] })
})

test('changes several configs after one review, resets one, and reads both back', async () => {
  await page.getByRole('tab', { name: 'Config' }).click()
  await configRow('max.message.bytes').dblclick()
  const edit = page.getByRole('dialog', { name: 'Edit max.message.bytes' })
  await edit.getByRole('textbox').fill('12 MB')
  await expect(edit.getByRole('alert')).toHaveText('A whole number.')
  await edit.getByRole('textbox').fill('2000000')
  await edit.getByRole('button', { name: 'Change more' }).click()
  await configRow('retention.ms').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Reset to inherited' }).click()
  await page.getByRole('button', { name: 'Review changes' }).click()
  const review = page.getByRole('dialog', { name: 'Change configuration' })
  await expect(review.getByRole('listitem')).toHaveText([/1048588 → 2000000/, /86400000 → 604800000/])
  await review.getByRole('button', { name: 'Apply 2 changes' }).click()
  await expect(review).toBeHidden()
  await expect(configRow('max.message.bytes')).toContainText('this topic')
  await expect(configRow('retention.ms')).toContainText('604800000')
  await expect(configRow('retention.ms')).not.toContainText('this topic')
  expect(await accessFindings()).toEqual([])
})

test('says that nobody reads a topic', async () => {
  await page.getByRole('tab', { name: 'Consumers' }).click()
  await expect(page.getByText('No group reads this topic')).toBeVisible()
})

test('deletes one and several, each after its name or number was typed', async () => {
  await openTopics()
  await fromMenu('shop.orders', 'Delete…')
  const one = page.getByRole('dialog', { name: 'Delete topic' })
  await expect(one).toContainText('0 records')
  await expect(one).toContainText('no group reads it')
  const confirm = one.getByRole('button', { name: 'Delete shop.orders' })
  await one.getByRole('textbox').fill('shop.order')
  await expect(confirm).toBeDisabled()
  await one.getByRole('textbox').fill('shop.orders')
  await confirm.click()
  await expect(topicRow('shop.orders')).toHaveCount(0)

  await topicsGrid().getByRole('checkbox', { name: 'Mark orders', exact: true }).check()
  await topicsGrid().getByRole('checkbox', { name: 'Mark orders-again' }).check()
  await page.getByRole('button', { name: 'With marked ▾' }).click()
  await page.getByRole('menuitem', { name: 'Delete 2 topics…' }).click()
  const both = page.getByRole('dialog', { name: 'Delete topics' })
  await both.getByRole('textbox').fill('delete 2 topics')
  await both.getByRole('button', { name: 'Delete 2 topics' }).click()
  await expect(topicRow('orders')).toHaveCount(0)
})
