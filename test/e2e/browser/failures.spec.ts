import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import type { ServeProcess } from '../../helpers/serve-process.ts'
import { connectWorkbench } from '../../helpers/workbench-call.ts'
import { forgetSettings, test } from '../shared-serve.ts'
import { inspector, messagesTable, recordRows } from '../workbench.ts'

const readable = 'mixed-values'
const doomed = 'doomed'
/** As its schema in the folder. */
const nodes = 'Node'
let server: ServeProcess
let admin: Admin
let page: Page
test.beforeAll(async ({ browser, serve }) => {
  await forgetSettings(serve)
  server = serve
  await fill()
  page = await browser.newPage()
  await page.goto(serve.workbench)
  await expect(page.getByRole('tree').getByText(readable)).toBeVisible()
})
test.afterAll(async () => {
  await page.close()
  await admin.disconnect()
})

async function fill(): Promise<void> {
  const kafka = new Kafka({ brokers: server.bootstrap.split(','), logLevel: logLevel.NOTHING })
  admin = kafka.admin()
  const producer = kafka.producer()
  await Promise.all([admin.connect(), producer.connect()])
  const topics = [readable, doomed, nodes].map(topic => ({ topic, numPartitions: 1, replicationFactor: 3 }))
  await admin.createTopics({ topics, waitForLeaders: true })
  const messages = [
    { key: 'packed', value: Buffer.from('eyJpZCI6MX0=') },
    { key: 'broken', value: Buffer.from([0xff, 0x00, 0xfe, 0x01]) },
    { key: 'words', value: 'no Base64 at all!' },
  ]
  await producer.send({ topic: readable, messages })
  const values = [
    { key: 'short', value: Buffer.from([2, 2, 0]) },
    { key: 'endless', value: Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), Buffer.alloc(60_000, 2)]) },
  ]
  await producer.send({ topic: nodes, messages: values })
  await producer.send({ topic: doomed, messages: [{ key: 'last', value: 'seen' }] })
  await producer.disconnect()
}

const open = (topic: string) => page.evaluate(hash => (location.hash = hash), `#/local/topic/${topic}/messages`)
const panel = () => page.getByRole('tabpanel').filter({ visible: true })
const row = (text: string) => recordRows(page).filter({ hasText: text })

test('records that a decoder cannot read, and a chain that breaks on them, say so one by one; the others are read', async () => {
  await open(readable)
  await expect(row('words')).toBeVisible()
  await panel()
    .getByRole('button', { name: /automatic/i })
    .click()
  const decoders = page.getByRole('dialog', { name: 'Decoders' })
  await decoders.getByRole('combobox', { name: 'Value decoder' }).click()
  await page.getByRole('option', { name: 'MessagePack' }).click()
  // A row always shows something: the bytes, where they are not of the format.
  await expect(row('words')).toContainText('6e 6f 20 42')
  await decoders.getByRole('combobox', { name: 'Value decoder' }).click()
  await page.keyboard.type('base64>json')
  await page.getByRole('option', { name: /base64>json/ }).click()
  await expect(row('packed')).toContainText('{"id":1}')
  await expect(row('broken')).toContainText('ff 00 fe 01')
  await page.keyboard.press('Escape')
  await row('broken').click()
  await expect(
    inspector(page)
      .getByText(/base64/i)
      .first(),
  ).toBeVisible()
  await expect(inspector(page).getByRole('grid', { name: 'Bytes of the value' })).toContainText('ff00fe01')
  await row('packed').click()
  await expect(inspector(page).locator('.view-lines')).toContainText('"id": 1')
})

test('a decoder that breaks down on one record says so there; the others are read, and nothing else stops', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  // Of a list without an end, the library that reads Avro takes more stack than there is.
  const fields = [{ name: 'next', type: ['null', 'Node'] }]
  writeFileSync(join(folder, 'Node.avsc'), JSON.stringify({ type: 'record', name: 'Node', fields }))
  const calls = await connectWorkbench(server.workbench)
  try {
    await calls.call('settings.write', { schemaFolder: folder })
    await open(nodes)
    await expect(row('short')).toContainText('{"next":{"next":{"next":null}}}')
    await expect(row('endless')).toContainText('00 00 00 00 01 02')
    await panel()
      .getByRole('button', { name: /automatic/i })
      .click()
    await page.getByRole('dialog', { name: 'Decoders' }).getByRole('combobox', { name: 'Value decoder' }).click()
    await page.getByRole('option', { name: /Node/ }).click()
    await page.keyboard.press('Escape')
    await expect(row('short')).toContainText('{"next":{"next":{"next":null}}}')
    await row('endless').click()
    await expect(inspector(page)).toContainText(/call stack/)
    await row('short').click()
    await expect(inspector(page).locator('.view-lines')).toContainText('"next"')
  } finally {
    await calls.call('settings.write', { schemaFolder: null })
    calls.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a topic that is deleted under its open tab: said so, what was read stays, the tab can be closed', async () => {
  await open(doomed)
  await expect(row('seen')).toBeVisible()
  await admin.deleteTopics({ topics: [doomed] })
  const gone = panel()
    .getByRole('status')
    .filter({ hasText: `There is no topic “${doomed}” in this cluster now` })
  await expect(gone).toBeVisible({ timeout: 20_000 })
  await expect(row('seen')).toBeVisible()
  await panel().getByRole('button', { name: 'Read again' }).click()
  await expect(panel().getByRole('alert').first()).toBeVisible()
  await gone.getByRole('button', { name: 'Close this tab' }).click()
  await expect(page.getByRole('navigation', { name: 'Open tabs' }).getByText(doomed, { exact: true })).toHaveCount(0)
  await open(readable)
  await expect(row('packed')).toBeVisible()
})

test('a disk that is full during an export: said so, nothing half written is left', async () => {
  test.skip(process.platform !== 'linux', 'only Linux has a device that is always full')
  const folder = join(server.dataFolder, 'exports')
  mkdirSync(folder, { recursive: true })
  // What the export writes to until it is whole: every write to it fails with ENOSPC.
  symlinkSync('/dev/full', join(folder, 'full.jsonl.part'))
  await open(readable)
  await panel().getByRole('button', { name: 'Export and import' }).click()
  await page.getByRole('menuitem', { name: 'Export…' }).click()
  const dialog = page.getByRole('dialog', { name: `Export ${readable}` })
  await dialog.getByRole('radio', { name: 'The whole topic' }).check()
  await dialog.getByRole('textbox', { name: 'File' }).fill('full.jsonl')
  await dialog.getByRole('button', { name: 'Export', exact: true }).click()
  await expect(dialog.getByRole('alert')).toContainText('the disk is full')
  await expect(dialog.getByRole('alert')).toContainText('Free space')
  expect(readdirSync(folder).filter(name => name.startsWith('full'))).toEqual([])
  await dialog.getByRole('button', { name: 'Change and try again' }).click()
  await page.keyboard.press('Escape')
  await expect(messagesTable(page)).toBeVisible()
})
