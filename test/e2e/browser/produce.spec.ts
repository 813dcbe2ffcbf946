import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import { Kafka, logLevel } from 'kafkajs'
import { forgetSettings, test } from '../shared-serve.ts'
import { inspector, messagesTable, recordRows } from '../workbench.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

test.describe.configure({ mode: 'serial' })
let page: Page

test.beforeAll(async ({ browser, serve }) => {
  await forgetSettings(serve)
  const admin = new Kafka({ brokers: serve.bootstrap.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'sent', numPartitions: 3, replicationFactor: 3 }] })
  await admin.disconnect()
  page = await (await browser.newContext()).newPage()
  await page.goto(serve.workbench)
  await page.getByRole('tree').getByText('sent', { exact: true }).first().click()
  await page.getByRole('button', { name: 'Produce' }).first().click()
})
test.afterAll(() => page.close())

const box = (name: string) => page.getByRole('textbox', { name, exact: true })
const lastSend = () => page.getByRole('list', { name: 'Last sends' }).getByRole('listitem').first()
const send = () => page.getByRole('button', { name: 'Send record' }).click()
const choose = async (list: string, option: RegExp) => {
  await page.getByRole('combobox', { name: list }).click()
  await page.getByRole('option', { name: option }).click()
}

test('sends a record to a chosen partition with a header and a time, and says where it landed', async () => {
  await choose('Partition', /^Partition 2/)
  await box('Key').fill('A-1')
  await box('Value').fill('{\n  "ledger": 9007199254740993,\n  "total": 129.90\n}')
  await page.getByRole('button', { name: 'Add header' }).click()
  await box('Header 1 name').fill('trace')
  await box('Header 1 content').fill('<b>4bf9</b>')
  await box('Timestamp').fill('2026-11-20T14:03:00.012Z')
  await send()
  await expect(lastSend()).toContainText(/partition 2 · offset 0 · [\d.]+ ms/)
})

test('shows the record it sent, exactly', async () => {
  await lastSend().getByRole('button', { name: 'Show record' }).click()
  await expect(messagesTable(page)).toBeVisible()
  await recordRows(page).filter({ hasText: 'A-1' }).first().click()
  await expect(inspector(page).locator('.view-lines')).toContainText('9007199254740993')
  const facts = inspector(page).getByRole('group', { name: 'Facts' })
  await expect(facts).toContainText('2 · 0')
  await expect(facts.getByTitle('1795183380012 ms since 1970')).toBeVisible()
  await inspector(page).getByRole('tab', { name: 'Headers 1' }).click()
  await expect(inspector(page).getByRole('grid', { name: 'Headers' })).toContainText('<b>4bf9</b>')
  await page.getByRole('button', { name: 'Produce' }).first().click()
})

test('says what is wrong with a value before it is sent', async () => {
  await choose('Encoding of the value', /^JSON/)
  await box('Value').fill('{"total": 1,}')
  await expect(page.getByRole('alert').filter({ hasText: 'Not JSON' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Send record' })).toBeDisabled()
})

test('sends bytes in hex, a tombstone, and a record without a key', async () => {
  await choose('Encoding of the value', /^Hex/)
  await box('Value').fill('7b ff fe 00')
  await send()
  await expect(lastSend()).toContainText(/partition 2 · offset 1 /)
  await page.getByRole('checkbox', { name: 'Tombstone' }).check()
  await send()
  await expect(lastSend()).toContainText(/partition 2 · offset 2 /)
  await expect(lastSend()).toContainText('A-1 → null')
  await page.getByRole('checkbox', { name: 'Null key' }).check()
  await send()
  await expect(lastSend()).toContainText(/partition 2 · offset 3 /)
  await expect(lastSend()).toContainText('null → null')
})

test('tells the Kafka error of a record that the cluster refuses', async () => {
  await page.getByRole('checkbox', { name: 'Tombstone' }).uncheck()
  await choose('Encoding of the value', /^Text/)
  await box('Value').fill('x'.repeat(1_200_000))
  await send()
  await expect(lastSend()).toContainText('Not sent')
  await expect(lastSend()).toContainText(/MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE/)
})

test('keeps what is typed in the code editor', async () => {
  await box('Value').fill('')
  await page.getByRole('button', { name: 'Code editor' }).click()
  await expect(page.getByRole('region', { name: 'Produce to sent' }).locator('.monaco-editor').first()).toBeVisible()
  await box('Value').focus()
  await page.keyboard.insertText('[1.50,')
  await page.keyboard.insertText('9007199254740993]')
  await page.getByRole('button', { name: 'Code editor' }).click()
  await expect(box('Value')).toHaveValue(/^\[1\.50,9007199254740993\]+$/)
})

test('sends many from a template in a transaction that is committed by a button', async () => {
  await page.getByRole('button', { name: 'Clear' }).click()
  await page.getByRole('tab', { name: 'Many' }).click()
  await box('Key').fill('k-{{counter}}')
  await box('Value').fill('{"n":{{counter}}}')
  await expect(page.getByRole('list', { name: 'First records' })).toContainText('k-2 → {"n":2}')
  await box('Records').fill('60')
  await box('Per second').fill('')
  await choose('Transaction', /^Ask/)
  await page.getByRole('button', { name: 'Send records' }).click()
  await page.getByRole('button', { name: 'Commit' }).click()
  const progress = page.getByRole('region', { name: 'Progress' })
  await expect(progress).toContainText('committed')
  await expect(progress).toContainText('60 of 60')
})

test('writes a value by a schema of the folder that the settings name, and names the field that does not fit', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  try {
    writeFileSync(
      join(folder, 'order.proto'),
      'syntax = "proto3"; package shop; message Order { string id = 1; double total = 2; }',
    )
    await page.getByRole('button', { name: 'Settings' }).click()
    await box('Folder').fill(folder)
    await page.getByRole('button', { name: 'Use folder' }).click()
    await expect(page.getByRole('table', { name: 'Schemas' })).toContainText('shop.Order')
    await page.getByRole('navigation', { name: 'Open tabs' }).getByText('Produce').click()
    await page.getByRole('tab', { name: 'One record' }).click()
    await choose('Encoding of the value', /^Schema/)
    await choose('Schema of the value', /shop.Order/)
    await box('Key').fill('by-schema')
    await box('Value').fill('{"id":"A-1","total":"much"}')
    await send()
    await expect(lastSend()).toContainText('not of its Protobuf schema: field total: "much" is no number')
    await box('Value').fill('{"id":"A-1","total":12.5}')
    await send()
    await expect(lastSend()).toContainText(/partition \d · offset \d+ /)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('has no faults that axe finds', async () => {
  await page.getByRole('tab', { name: 'One record' }).click()
  await page.evaluate(axeSource)
  const faults = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(root: Element): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await axe.run(document.querySelector('section[aria-label^="Produce to"]') as Element)
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  })
  expect(faults).toEqual([])
})
