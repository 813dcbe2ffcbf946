import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import type { Locator, Page } from '@playwright/test'
import axe from 'axe-core'
import { Kafka } from 'kafkajs'
import type { ServeProcess } from '../../helpers/serve-process.ts'
import { forgetSettings, test } from '../shared-serve.ts'
import { messagesTable, workbench } from '../workbench.ts'

const orderCount = 1_200
const manyCount = 20_000
const hostile = '<img src=x onerror=alert(1)>'
let server: ServeProcess

test.beforeAll(async ({ serve }) => {
  await forgetSettings(serve)
  server = serve
  await fill(serve.bootstrap)
})

const sales = Array.from({ length: orderCount }, (_, index) => ({
  key: `K-${index}`,
  value: JSON.stringify({
    id: `A-${index}`,
    total: index / 10,
    status: index % 400 === 7 ? 'open' : 'paid',
    note: index === 777 ? hostile : 'n',
  }),
  headers: index % 300 === 5 ? { carrier: 'dhl' } : {},
}))

async function fill(bootstrap: string): Promise<void> {
  const kafka = new Kafka({ brokers: bootstrap.split(','), logLevel: 0 })
  const [admin, producer] = [kafka.admin(), kafka.producer()]
  await Promise.all([admin.connect(), producer.connect()])
  const topic = (name: string, numPartitions: number) => ({ topic: name, numPartitions, replicationFactor: 1 })
  await admin.createTopics({ topics: [topic('sales', 3), topic('many', 2), topic('copy', 3)], waitForLeaders: true })
  await producer.send({ topic: 'sales', messages: sales })
  const many = Array.from({ length: manyCount }, (_, index) => ({
    key: `${index}`,
    value: `record ${index}`,
    partition: index % 2,
  }))
  await producer.send({ topic: 'many', messages: many })
  await Promise.all([admin.disconnect(), producer.disconnect()])
}

async function open(page: Page, topic: string): Promise<void> {
  await page.goto(server.workbench)
  await workbench(page).openMessages(topic)
}
const box = (page: Page): Locator => page.getByRole('search', { name: 'Scan topic' })
const strip = (page: Page): Locator => page.getByRole('group', { name: 'Scan', exact: true })
const found = (page: Page, count: string): Locator => page.getByRole('status').filter({ hasText: new RegExp(`^${count} found$`) })
const scanButton = (page: Page): Locator => page.getByRole('button', { name: 'Scan', exact: true })

async function choose(page: Page, kind: string): Promise<void> {
  await box(page).getByRole('combobox', { name: 'Kind of filter' }).click()
  await page.getByRole('option', { name: kind }).click()
}
const fillIn = (page: Page, name: string, text: string) => box(page).getByRole('textbox', { name }).fill(text)

/** Monaco takes what is typed, not what is filled in. */
async function typeExpression(page: Page, expression: string): Promise<void> {
  await choose(page, 'JavaScript')
  const editor = box(page).locator('.monaco-editor').first()
  await editor.click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(expression)
  await page.keyboard.press('Escape')
}

/** Keys of the rows on screen, of which there must be few. */
const keysFound = async (page: Page): Promise<string[]> => {
  const rows = await messagesTable(page).getByRole('row').allTextContents()
  return rows.flatMap(text => /K-\d+/.exec(text)?.[0] ?? []).toSorted()
}

test('every kind of filter finds exactly its records', async ({ page }) => {
  await open(page, 'sales')
  const opens = ['K-1007', 'K-207', 'K-407', 'K-607', 'K-7', 'K-807'].filter(key => Number(key.slice(2)) % 400 === 7)
  const cases: readonly (readonly [string, () => Promise<void>, readonly string[]])[] = [
    ['text', () => fillIn(page, 'Text to find', '"A-99"'), ['K-99']],
    ['regex', () => fillIn(page, 'Regular expression', '"id":"A-1{3}\\d"'), range(1110, 1120)],
    ['key', () => fillIn(page, 'Text in key', 'K-119'), ['K-119', ...range(1190, 1200)]],
    ['header', () => fillIn(page, 'Header name', 'carrier'), ['K-1005', 'K-305', 'K-5', 'K-605', 'K-905'].filter(isShipped)],
    ['JSON path', () => comparePath(page, 'status', '=', 'open'), opens],
  ]
  for (const [kind, fillFields, keys] of cases) {
    await choose(page, kind)
    await fillFields()
    await scanButton(page).click()
    await expect(strip(page)).toContainText('the whole range was read')
    await expect(found(page, String(keys.length))).toBeVisible()
    await expect.poll(() => keysFound(page)).toEqual([...keys].toSorted())
  }
  await typeExpression(page, "value.total > 119.5 && headers.carrier !== 'dhl'")
  await scanButton(page).click()
  await expect.poll(() => keysFound(page)).toEqual(range(1196, 1200).toSorted())
  await expect(strip(page)).toContainText('1,200 scanned')
  await page.getByRole('button', { name: 'Ranges' }).click()
  await expect(page.getByRole('dialog', { name: 'Range scanned per partition' }).getByRole('row')).toHaveCount(4)
})

const range = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => `K-${from + index}`)
const isShipped = (key: string): boolean => Number(key.slice(2)) % 300 === 5

async function comparePath(page: Page, path: string, operator: string, operand: string): Promise<void> {
  await box(page).getByRole('combobox', { name: 'Path in value' }).fill(path)
  await box(page).getByRole('combobox', { name: 'Comparison' }).click()
  await page.getByRole('option', { name: operator, exact: true }).click()
  await fillIn(page, 'Compared with', operand)
}

test('a filter is tried on the selected row, and a broken one says what is wrong', async ({ page }) => {
  await open(page, 'sales')
  await fillIn(page, 'Text to find', '"A-777"')
  await scanButton(page).click()
  await expect(found(page, '1')).toBeVisible()
  await expect(messagesTable(page).getByText(hostile).first()).toBeVisible()
  await expect(page.locator('img')).toHaveCount(0)
  await messagesTable(page).getByRole('row').filter({ hasText: 'K-777' }).click()
  await expect(box(page).getByTitle('matches the selected row', { exact: true })).toBeVisible()
  await fillIn(page, 'Text to find', 'nowhere')
  await expect(box(page).getByTitle('does not match the selected row')).toBeVisible()
  await choose(page, 'regex')
  await fillIn(page, 'Regular expression', '(')
  await expect(box(page).getByRole('alert')).toContainText('Unterminated group')
  await expect(scanButton(page)).toBeDisabled()
  await typeExpression(page, '')
  await page.keyboard.type('value.')
  await expect(page.locator('.suggest-widget')).toContainText('total')
  await page.keyboard.press('Escape')
  await typeExpression(page, 'value.nothing.at.all')
  await expect(box(page).getByRole('alert')).toContainText('Cannot read properties of undefined')
  await typeExpression(page, 'value.total >')
  await scanButton(page).click()
  await expect(strip(page).getByRole('alert')).toContainText('expression:')
})

test('a cancelled scan keeps what it found and goes on without a gap', async ({ page }) => {
  await open(page, 'many')
  await typeExpression(page, '(() => { for (let turn = 0; turn < 60_000; turn += 1); return offset % 50 === 0 })()')
  await scanButton(page).click()
  await expect(page.getByRole('contentinfo')).toContainText('scanning many')
  await expect(page.getByRole('status').filter({ hasText: /^[1-9]\d* found$/ })).toBeVisible()
  await page.getByRole('button', { name: 'Cancel scan', exact: true }).click()
  await expect(strip(page)).toContainText('cancelled')
  await expect(page.getByRole('contentinfo')).not.toContainText('scanning many')
  await expect(found(page, String(manyCount / 50))).toHaveCount(0)
  await strip(page).getByRole('button', { name: 'Resume' }).click()
  await expect(strip(page)).toContainText('the whole range was read')
  await expect(found(page, String(manyCount / 50))).toBeVisible()
  await expect(strip(page)).toContainText('20,000 scanned')
})

test('it stops when enough is found, and finds more when asked', async ({ page }) => {
  await open(page, 'many')
  await fillIn(page, 'Text to find', 'record 1')
  await scanButton(page).click()
  await expect(strip(page)).toContainText('stopped at 1,000 found')
  await strip(page).getByRole('button', { name: 'Find more' }).click()
  await expect(found(page, '2,000')).toBeVisible()
  const rows = await messagesTable(page).getAttribute('aria-rowcount')
  expect(Number(rows)).toBeGreaterThanOrEqual(2_000)
})

test('a filter that comes to no end is stopped, and nothing else stops', async ({ page }) => {
  await open(page, 'sales')
  await typeExpression(page, '(() => { for (;;); })()')
  await scanButton(page).click()
  await page.getByRole('tab', { name: 'Config' }).click()
  await page.getByRole('tab', { name: 'Messages' }).click()
  await expect(strip(page).getByRole('alert')).toContainText('did not come to an end within 3 s')
  await expect(strip(page).getByRole('button', { name: 'Resume' })).toHaveCount(0)
  await strip(page).getByRole('button', { name: 'Close scan' }).click()
  await expect(messagesTable(page).getByRole('row').nth(1)).toBeVisible()
})

test('a saved filter is found again after a reload, and so is a scan that was cut off by it, which goes on', async ({ page }) => {
  await open(page, 'many')
  await typeExpression(page, '(() => { for (let turn = 0; turn < 90_000; turn += 1); return false })()')
  await box(page).getByRole('button', { name: 'Saved filters' }).click()
  await page.getByRole('menuitem', { name: 'Save this filter' }).click()
  const dialog = page.getByRole('dialog', { name: 'Save filter' })
  await dialog.getByRole('textbox', { name: 'Filter name' }).fill('slow one')
  await dialog.getByRole('button', { name: 'Save filter' }).click()
  await page.getByRole('group', { name: 'Pinned filters' }).getByRole('button', { name: 'slow one' }).click()
  await expect(strip(page)).toContainText(/[1-9][\d,]* scanned/)
  await expect(page.getByRole('contentinfo')).toContainText('scanning many')
  await page.reload()
  await expect(strip(page)).toContainText('interrupted by a reload of the page: it goes on from where it was')
  await expect(strip(page)).toContainText(/[1-9][\d,]* scanned/)
  await strip(page).getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByRole('contentinfo')).toContainText('scanning many')
  await page.getByRole('contentinfo').getByRole('button', { name: 'Cancel scanning many' }).click()
  await expect(strip(page)).toContainText('cancelled')
  await expect(page.getByRole('group', { name: 'Pinned filters' }).getByRole('button', { name: 'slow one' })).toBeVisible()
})

test('an export, imported into another topic, gives the same records', async ({ page }) => {
  const file = join(server.dataFolder, 'exports', 'sales.raw.jsonl')
  await open(page, 'sales')
  await exportRaw(page, 'sales', 'sales.raw.jsonl')
  await expect(page.getByLabel('Written to')).toHaveText(file)
  await page.getByRole('button', { name: 'Done' }).click()
  // Again, to the same name: asked first.
  await exportRaw(page, 'sales', 'sales.raw.jsonl')
  await expect(page.getByRole('alert').filter({ hasText: 'exists already' }).first()).toBeVisible()
  await page.getByRole('button', { name: 'Replace it' }).click()
  await page.getByRole('button', { name: 'Done' }).click()

  await page.getByRole('tree').getByText('copy', { exact: true }).first().click()
  await expect(page.getByText('copy is empty')).toBeVisible()
  await transferEntry(page, 'Import…')
  const dialog = page.getByRole('dialog', { name: 'Import into copy' })
  await dialog.getByRole('combobox', { name: 'File' }).fill('sales.raw.jsonl')
  await expect(dialog.getByRole('combobox', { name: 'Format' })).toContainText('Raw')
  await dialog.getByRole('button', { name: 'Import' }).click()
  await expect(dialog).toContainText('All records were acknowledged')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await exportRaw(page, 'copy', 'copy.raw.jsonl')
  await expect(page.getByLabel('Written to')).toHaveText(file.replace('sales.raw', 'copy.raw'))
  const lines = (path: string) => readFileSync(path, 'utf8').trim().split('\n').toSorted()
  expect(lines(file)).toHaveLength(orderCount)
  expect(lines(file.replace('sales.raw', 'copy.raw'))).toEqual(lines(file))
})

const activePanel = (page: Page): Locator => page.getByRole('tabpanel').filter({ visible: true })

async function transferEntry(page: Page, name: string): Promise<void> {
  await activePanel(page).getByRole('button', { name: 'Export and import' }).click()
  await page.getByRole('menuitem', { name }).click()
}

async function exportRaw(page: Page, topic: string, name: string): Promise<void> {
  await transferEntry(page, 'Export…')
  const dialog = page.getByRole('dialog', { name: `Export ${topic}` })
  await dialog.getByRole('radio', { name: 'The whole topic' }).check()
  await dialog.getByRole('combobox', { name: 'Format' }).click()
  await page.getByRole('option', { name: 'Raw' }).click()
  await dialog.getByRole('textbox', { name: 'File' }).fill(name)
  await dialog.getByRole('button', { name: 'Export', exact: true }).click()
}

test('where nothing can be written, the export says so', async ({ page }) => {
  await open(page, 'sales')
  await exportRaw(page, 'sales', '/proc/nowhere/x.raw.jsonl')
  const dialog = page.getByRole('dialog', { name: 'Export sales' })
  await expect(dialog.getByRole('alert')).toContainText('cannot be written')
  await dialog.getByRole('button', { name: 'Change and try again' }).click()
  await expect(dialog.getByRole('textbox', { name: 'File' })).toHaveValue('/proc/nowhere/x.raw.jsonl')
})

test('axe finds nothing serious on scan box and dialogs', async ({ page }) => {
  await open(page, 'sales')
  await fillIn(page, 'Text to find', 'A-1')
  await scanButton(page).click()
  await expect(strip(page)).toContainText('the whole range was read')
  await page.evaluate(axe.source)
  const serious = (part: string) =>
    page.evaluate(async include => {
      const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run({ include })
      return violations
        .filter(it => it.impact === 'serious' || it.impact === 'critical')
        .map(it => `${it.id}: ${it.nodes[0]?.html}`)
    }, part)
  expect(await serious('form[role=search]')).toEqual([])
  expect(await serious('[role=group][aria-label=Scan]')).toEqual([])
  await transferEntry(page, 'Export…')
  await expect(page.getByRole('dialog', { name: 'Export sales' })).toBeVisible()
  expect(await serious('[role=dialog]')).toEqual([])
})
