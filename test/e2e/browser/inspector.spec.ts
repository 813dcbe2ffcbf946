import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import { Kafka, logLevel } from 'kafkajs'
import { forgetSettings, test } from '../shared-serve.ts'
import { inspector, recordRows, workbench } from '../workbench.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
const rowOf = (id: number) => `{"id":${id},"ledger":9007199254740993,"emoji":"🎉","total":129.90}`
const large = `[${Array.from({ length: 150_000 }, (_, id) => rowOf(id)).join(',')}]`

test.describe.configure({ mode: 'serial' })
let page: Page

test.beforeAll(async ({ browser, serve }) => {
  await forgetSettings(serve)
  await writeRecords(serve.bootstrap)
  page = await (await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })).newPage()
  await page.goto(serve.workbench)
  await workbench(page).openMessages('parts')
})
test.afterAll(() => page.close())

async function writeRecords(bootstrap: string): Promise<void> {
  const kafka = new Kafka({ brokers: bootstrap.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const configEntries = [{ name: 'max.message.bytes', value: '33554432' }]
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic: 'parts', numPartitions: 1, replicationFactor: 3, configEntries }],
  })
  await admin.disconnect()
  const producer = kafka.producer({ maxInFlightRequests: 1 })
  await producer.connect()
  const headers = { trace: '4bf92f35', [markup]: markup }
  const messages = [
    { key: 'json', value: '{"id":"A-1","ledger":9007199254740993,"total":129.90,"items":[{"n":3}]}', headers },
    { key: markup, value: markup },
    { key: 'bytes', value: Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x80, 0x41, 0x0a, 0xc3, 0x28]) },
    { key: 'gone', value: null },
  ]
  await producer.send({ topic: 'parts', messages })
  await producer.send({ topic: 'parts', messages: [{ key: 'large', value: large }] })
  await producer.disconnect()
}

/** Rows are the records in their order, below the head. */
async function inspect(offset: number): Promise<void> {
  await recordRows(page)
    .filter({ has: page.getByRole('gridcell', { name: String(offset), exact: true }) })
    .first()
    .click()
  await expect(inspector(page).getByRole('group', { name: 'Facts' })).toContainText(`0 · ${offset}`)
}

const shownText = () => inspector(page).locator('.view-lines')

test('shows JSON laid out, with every digit as it was written, and why it is read so', async () => {
  await inspect(0)
  await expect(shownText()).toContainText('9007199254740993')
  await expect(shownText()).toContainText('129.90')
  await expect(inspector(page).getByText('starts with {')).toBeVisible()
  await expect(inspector(page).getByRole('tab', { name: 'Headers 2' })).toBeVisible()
})

test('copies the value as it was written, and the record as JSON with its numbers', async () => {
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
  const copy = async (what: string) => {
    await inspector(page).getByRole('button', { name: /^Copy/ }).click()
    await page.getByRole('menuitem', { name: what, exact: true }).click()
  }
  await copy('Value')
  await expect.poll(clipboard).toBe('{"id":"A-1","ledger":9007199254740993,"total":129.90,"items":[{"n":3}]}')
  await copy('Record as JSON')
  await expect.poll(clipboard).toContain('"value": {"id":"A-1","ledger":9007199254740993,"total":129.90')
})

test('reads the value in another way when asked, and keeps the bytes when that fails', async () => {
  await inspector(page).getByRole('combobox', { name: 'Decoder of the value' }).click()
  await page.getByRole('option', { name: 'MessagePack' }).click()
  await expect(inspector(page).getByText(/MessagePack cannot read this/)).toBeVisible()
  await expect(inspector(page).getByRole('grid', { name: 'Bytes of the value' })).toContainText('7b226964')
  await inspector(page).getByRole('combobox', { name: 'Decoder of the value' }).click()
  await page.getByRole('option', { name: /^Automatic/ }).click()
  await expect(shownText()).toContainText('"ledger"')
})

test('takes a chain that is typed, and says at which step it ends', async () => {
  const decoder = inspector(page).getByRole('combobox', { name: 'Decoder of the value' })
  await decoder.click()
  await page.keyboard.type('skip-1>text')
  await page.keyboard.press('Enter')
  await expect(shownText()).toContainText('"id":"A-1"')
  await expect(decoder).toContainText('skip-1 › Text')
  await decoder.click()
  await page.keyboard.type('base64>gunzip>json')
  await page.getByRole('option', { name: /base64>gunzip>json/ }).click()
  await expect(inspector(page).getByText(/base64: not Base64/)).toBeVisible()
  await decoder.click()
  await page.getByRole('option', { name: /^Automatic/ }).click()
  await expect(shownText()).toContainText('"ledger"')
})

test('marks the bytes of a field chosen in the text, and the field of bytes that are chosen', async () => {
  await inspect(0)
  const bytes = inspector(page).getByRole('button', { name: 'Bytes' })
  await bytes.click()
  const meaning = inspector(page).getByRole('status', { name: 'Selected bytes' })
  await shownText().getByText('9007199254740993').click()
  await expect(meaning).toContainText('at 21 (0x15) · 16 bytes')
  await expect(meaning).toContainText('ledger')
  const grid = inspector(page).getByRole('grid', { name: 'Bytes of the value' })
  await grid.locator('[data-at="67"]').first().click()
  await expect(meaning).toContainText('items[0].n')
  await expect(inspector(page).locator('.view-overlays [class*="marked"]').first()).toBeAttached()
  await bytes.click()
})

test('says in which file a record lies, and how it is found there', async () => {
  await inspect(0)
  await inspector(page).getByRole('tab', { name: 'Where it lies' }).click()
  const copies = inspector(page).getByRole('grid', { name: 'Copies of the record' })
  await expect(copies.getByRole('row').filter({ hasText: 'leader' })).toContainText('parts-0/00000000000000000000.log')
  await expect(copies.getByRole('row').filter({ hasText: 'follower' })).toHaveCount(2)
  await expect(inspector(page).getByRole('list', { name: 'How it is found' })).toContainText('1st offset of the batch')
  await inspector(page).getByRole('tab', { name: 'Value' }).click()
})

test('never takes what a record says for markup', async () => {
  await inspect(1)
  await expect(shownText()).toContainText('<script>window.hacked=1</script>')
  await inspector(page).getByRole('tab', { name: 'Key' }).click()
  await expect(shownText()).toContainText('<img src=x')
  await inspect(0)
  await inspector(page)
    .getByRole('tab', { name: /^Headers/ })
    .click()
  await inspector(page).getByRole('grid', { name: 'Headers' }).getByText(markup).first().click()
  await expect(shownText()).toContainText('<img src=x')
  expect(await page.evaluate(() => 'hacked' in window || document.querySelector('img[src="x"]') !== null)).toBe(false)
  await inspector(page).getByRole('tab', { name: 'Value' }).click()
})

test('shows bytes that are no text one by one, and what selected ones mean', async () => {
  await inspect(2)
  const bytes = inspector(page).getByRole('grid', { name: 'Bytes of the value' })
  await expect(bytes).toContainText('7bfffe0080410ac328')
  await bytes.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  const meaning = inspector(page).getByRole('status', { name: 'Selected bytes' })
  await expect(meaning).toContainText('at 1 (0x1) · 2 bytes')
  await expect(meaning).toContainText('int16 -2')
  await inspector(page).getByRole('button', { name: 'Little-endian' }).click()
  await expect(meaning).toContainText('uint16 65279')
  await expect(meaning).toContainText('not UTF-8')
})

test('says that a tombstone is one', async () => {
  await inspect(3)
  await expect(inspector(page).getByText('Tombstone: the value is null')).toBeVisible()
})

test('opens a value of 10 MB with its beginning, and loads the rest on demand, without losing a character', async () => {
  await inspect(4)
  await expect(inspector(page).getByText(/the rest is not shown here/)).toBeVisible()
  const bytes = inspector(page).getByRole('button', { name: 'Bytes' })
  await bytes.click()
  const grid = inspector(page).getByRole('grid', { name: 'Bytes of the value' })
  await grid.focus()
  await page.keyboard.press('Control+End')
  await expect(grid).toContainText('2e39307d5d')
  await bytes.click()
  await inspector(page).getByRole('button', { name: 'Load all' }).click()
  await expect(inspector(page).getByRole('group', { name: 'Long text' })).toBeHidden()
  await inspector(page).getByRole('textbox', { name: 'Value' }).focus()
  await page.keyboard.press('Control+End')
  await expect(shownText()).toContainText('149999')
  await expect(shownText()).not.toContainText('\ufffd')
})

test('compares two records', async () => {
  await inspect(0)
  await inspector(page).getByRole('button', { name: 'Compare', exact: true }).click()
  await inspect(1)
  await inspector(page).getByRole('button', { name: 'Compare with marked' }).click()
  const dialog = page.getByRole('dialog', { name: 'Compare two records' })
  await expect(dialog.locator('.view-lines').first()).toContainText('9007199254740993')
  await expect(dialog.locator('.view-lines').last()).toContainText('window.hacked')
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})

test('takes a record over into the Produce screen, byte by byte', async () => {
  await inspect(2)
  await inspector(page).getByRole('button', { name: 'Edit and resend' }).click()
  await expect(page.getByRole('textbox', { name: 'Value' })).toHaveValue('e//+AIBBCsMo')
  await expect(page.getByRole('combobox', { name: 'Encoding of the value' })).toContainText('Base64')
  await expect(page.getByRole('textbox', { name: 'Key' })).toHaveValue('bytes')
  await workbench(page).openMessages('parts')
})

test('has no faults that axe finds, and closes with Escape', async () => {
  await inspect(0)
  await expect(shownText()).toContainText('"ledger"')
  await page.evaluate(axeSource)
  const faults = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(root: Element): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const region = document.querySelector('section[aria-label="Inspector"]')
    const { violations } = await axe.run(region as Element)
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  })
  expect(faults).toEqual([])
  await page.keyboard.press('Escape')
  await expect(inspector(page)).toBeHidden()
})
