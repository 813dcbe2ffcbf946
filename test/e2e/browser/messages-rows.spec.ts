import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'
import kafkajs from 'kafkajs'
import type { ServeProcess } from '../../helpers/serve-process.ts'
import { forgetSettings, test } from '../shared-serve.ts'
import { copiedText, messagesTable, recordRows, workbench } from '../workbench.ts'

const firstMs = Date.UTC(2026, 5, 1, 12)
const hostile = '<b onclick="window.hacked=1">bold</b>'
const rightToLeft = 'مرحبا \u202Ebackwards 👩‍👩‍👧'

let server: ServeProcess
let page: Page
let kafka: kafkajs.Kafka
test.beforeAll(async ({ browser, serve }) => {
  await forgetSettings(serve)
  server = serve
  kafka = new kafkajs.Kafka({ brokers: server.bootstrap.split(','), logLevel: kafkajs.logLevel.NOTHING })
  await fill()
  page = await browser.newPage({
    ...{ viewport: { width: 1440, height: 900 }, timezoneId: 'Europe/Berlin' },
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  await page.goto(serve.workbench)
  await expect(page.getByRole('tree').getByText('odd-things')).toBeVisible()
})
test.afterAll(() => page.close())

async function fill(): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  const configEntries = [{ name: 'retention.ms', value: '-1' }]
  const topics = ['ledger', 'odd-things'].map(topic => ({ topic, numPartitions: 2, configEntries }))
  await admin.createTopics({ topics, waitForLeaders: true })
  await admin.disconnect()
  await fillLedger()
  await fillOddThings()
}

/** Two committed records around two of a transaction that is aborted. */
async function fillLedger(): Promise<void> {
  const producer = kafka.producer({ transactionalId: 'ledger', maxInFlightRequests: 1, idempotent: true })
  await producer.connect()
  const send = async (keys: readonly string[], isCommitted: boolean) => {
    const transaction = await producer.transaction()
    await transaction.send({ topic: 'ledger', messages: keys.map(key => ({ partition: 0, key, value: '{"amount":12.5}' })) })
    await (isCommitted ? transaction.commit() : transaction.abort())
  }
  await send(['kept-1'], true)
  await send(['undone-1', 'undone-2'], false)
  await send(['kept-2'], true)
  await producer.disconnect()
}

async function fillOddThings(): Promise<void> {
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  const timestamp = (step: number) => String(firstMs + step * 1_000)
  await producer.send({
    topic: 'odd-things',
    messages: [
      {
        partition: 0,
        key: hostile,
        value: '{"id":"A-1","ledger":9007199254740993,"lines":[{"sku":"s1"}]}',
        timestamp: timestamp(0),
      },
      { partition: 0, key: 'late', value: rightToLeft, timestamp: timestamp(-60), headers: { [hostile]: hostile } },
      { partition: 0, key: null, value: 'without a key', timestamp: timestamp(2) },
      { partition: 0, key: 'gone', value: null, timestamp: timestamp(3) },
      { partition: 1, key: 'other', value: Buffer.from([0xff, 0xfe, 0x00, 0x9f]), timestamp: timestamp(4) },
    ],
  })
  await producer.disconnect()
}

/** In a tab of its own state, whatever an earlier test left. */
async function open(topic: string): Promise<void> {
  await page.evaluate(hash => (location.hash = hash), `#/local/topic/${topic}/messages`)
  await expect(messagesTable(page).getByRole('gridcell').first()).toBeVisible()
}

const row = (text: string | RegExp) => recordRows(page).filter({ hasText: text })
const copied = (entry: string, of: string): Promise<string> =>
  copiedText(page, async () => {
    await row(of).click({ button: 'right' })
    await page.getByRole('menuitem', { name: entry, exact: true }).click()
  })

test('read committed hides what was aborted; read uncommitted shows it struck through, and the markers when asked', async () => {
  await open('ledger')
  await expect(row('kept-2')).toBeVisible()
  await expect(row('undone')).toHaveCount(0)
  await page.getByRole('combobox', { name: 'Isolation' }).click()
  await page.getByRole('option', { name: 'Read uncommitted' }).click()
  await expect(row('undone')).toHaveCount(2)
  await expect(row('undone-1')).toContainText('aborted')
  await expect(row('undone-1').getByRole('gridcell').last()).toHaveCSS('text-decoration-line', 'line-through')
  await page.getByRole('button', { name: /automatic/ }).click()
  await page.getByRole('checkbox', { name: 'Show transaction markers' }).check()
  await page.keyboard.press('Escape')
  await expect(row('abort marker')).toHaveCount(1)
  await expect(row('commit marker')).toHaveCount(2)
})

test('missing keys, tombstones, times that run backwards and hostile text are shown as what they are', async () => {
  await open('odd-things')
  await expect(row('without a key')).toContainText('∅')
  await expect(row('gone')).toContainText('tombstone')
  await expect(row('late').getByRole('img', { name: 'runs backwards' })).toBeVisible()
  await expect(row('late')).toContainText(`${hostile}=${hostile}`)
  await expect(row('A-1')).toContainText(hostile)
  await expect(messagesTable(page).locator('b')).toHaveCount(0)
  await row(hostile).first().click()
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  await expect(page.getByRole('group', { name: 'About these rows' })).toContainText('ordered by create time, partition, offset')
})

test('arrows move over the rows, and the inspector shows the row', async () => {
  await open('odd-things')
  await messagesTable(page).focus()
  await page.keyboard.press('Home')
  await expect(page.getByRole('region', { name: 'Inspector' })).toContainText('A-1')
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('region', { name: 'Inspector' })).toContainText('backwards')
  await page.keyboard.press('End')
  await expect(recordRows(page).last()).toHaveAttribute('aria-selected', 'true')
})

test('copies hold every digit and every byte', async () => {
  await open('odd-things')
  expect(await copied('Copy value', 'A-1')).toBe('{"id":"A-1","ledger":9007199254740993,"lines":[{"sku":"s1"}]}')
  expect(await copied('Copy as JSON', 'A-1')).toContain('"ledger":9007199254740993')
  expect(await copied('Copy kcat line', 'other')).toContain(
    String.raw`printf '\157\164\150\145\162\001\377\376\000\237' | kcat -P -b ${server.bootstrap}`,
  )
  expect(await copied('Copy code, Python', 'A-1')).toContain('TopicPartition("odd-things", 0, 0)')
})

test('one offset for each partition', async () => {
  await open('odd-things')
  await workbench(page).startAt('At offset', '0:2 1:0')
  await expect(messagesTable(page)).toHaveAttribute('aria-busy', 'false')
  await page.getByRole('textbox', { name: 'Offset' }).fill('0:1 0:2')
  await expect(page.getByRole('alert').filter({ hasText: 'twice' })).toBeVisible()
})

test('a typed time says how it was understood, and a day comes from the calendar', async () => {
  await open('odd-things')
  await workbench(page).startAt('At time')
  const box = page.getByRole('textbox', { name: 'Time', exact: true })
  await box.fill('2026-03-29 02:30')
  await expect(page.getByText(/2026-03-29 03:30:00.000 Europe\/Berlin.*moved forward/)).toBeVisible()
  await box.fill('2026-06-01 14:00')
  await box.press('Enter')
  await expect(row('A-1')).toBeVisible()
  await page.getByRole('button', { name: 'Calendar for Time' }).click()
  await page.getByRole('button', { name: '2026-06-02' }).click()
  await expect(box).toHaveValue('2026-06-02 14:00:00.000')
  await expect(page.getByText(/Nothing at or after that time/)).toBeVisible()
})

test('a range chosen on the histogram by keys', async () => {
  await open('odd-things')
  await page.getByRole('slider', { name: 'Records over time' }).focus()
  await page.keyboard.press('End')
  await page.keyboard.press('Shift+PageUp')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('combobox', { name: 'Start at' })).toHaveText('Between two times')
  await expect(row('other')).toBeVisible()
  await expect(row('late')).toHaveCount(0)
})

test('around one record: it is chosen, and what lies before it is there', async () => {
  await open('odd-things')
  await workbench(page).startAt('Oldest')
  await row('without a key').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Around this record' }).click()
  await expect(page.getByRole('combobox', { name: 'Start at' })).toHaveText('Around a record')
  await expect(row('without a key')).toHaveAttribute('aria-selected', 'true')
  await expect(row('A-1')).toBeVisible()
})

test('axe finds nothing serious', async () => {
  await open('odd-things')
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(of: unknown): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await axe.run({ include: [['[role=tabpanel]:not([hidden])']], exclude: [['[aria-label=Inspector]']] })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  })
  expect(found).toEqual([])
})

test('edit and resend takes the record to the Produce screen', async () => {
  await open('odd-things')
  await row('A-1').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Edit and resend…' }).click()
  await expect(page.getByRole('button', { name: 'Send record' })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Key' }).first()).toHaveValue(hostile)
})
