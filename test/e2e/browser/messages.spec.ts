import { expect, type Locator, type Page } from '@playwright/test'
import kafkajs from 'kafkajs'
import type { ServeProcess } from '../../helpers/serve-process.ts'
import { forgetSettings, test } from '../shared-serve.ts'
import { messagesTable, recordRows, workbench } from '../workbench.ts'

const topic = 'long-orders'
const count = 6_000
const firstMs = Date.UTC(2026, 0, 1)
const stepMs = 1_000

let server: ServeProcess
let page: Page
test.beforeAll(async ({ browser, serve }) => {
  await forgetSettings(serve)
  server = serve
  await fill()
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, timezoneId: 'UTC' })
  await page.goto(serve.workbench)
  await workbench(page).openMessages(topic)
})
test.afterAll(() => page.close())

async function fill(): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: server.bootstrap.split(','), logLevel: kafkajs.logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({
    topics: [{ topic, numPartitions: 3, configEntries: [{ name: 'retention.ms', value: '-1' }] }],
    waitForLeaders: true,
  })
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  for (let from = 0; from < count; from += 2_000) {
    const messages = Array.from({ length: 2_000 }, (_, index) => message(from + index))
    await producer.send({ topic, messages })
  }
  await producer.disconnect()
  await admin.disconnect()
}

const hostile = '<img src=x onerror="window.hacked=1">'
const message = (number: number) => ({
  partition: number % 3,
  key: `K-${number}`,
  value: JSON.stringify({ number, note: number === 3_010 ? hostile : 'hay' }),
  headers: { trace: `t-${number}` },
  timestamp: String(firstMs + number * stepMs),
})

const keyOf = (number: number) => page.getByRole('gridcell', { name: `K-${number}`, exact: true })

test('opens at the newest records, and Oldest shows the first', async () => {
  await expect(keyOf(count - 1)).toBeVisible()
  await workbench(page).startAt('Oldest')
  await expect(keyOf(0)).toBeVisible()
  await expect(keyOf(count - 1)).toBeHidden()
})

test('a seek by time lands exactly on the first record at or after it', async () => {
  const bench = workbench(page)
  await bench.startAt('At time', '2026-01-01 00:50:09.001')
  await expect(keyOf(3_010)).toBeVisible()
  const keys = await recordRows(page).getByRole('gridcell', { name: /^K-/ }).allTextContents()
  expect(keys).toContain('K-3010')
  await bench.startAt('At time', '2027-01-01')
  await expect(
    page.getByText(/Nothing at or after that time; the last record is of 2026-01-01 01:39:59.000 \(UTC\)/),
  ).toBeVisible()
})

test('a payload is text and nothing else, wherever it is shown', async () => {
  await workbench(page).startAt('At time', '2026-01-01 00:50:10')
  await expect(messagesTable(page).getByText('<img src=x onerror=')).toBeVisible()
  await keyOf(3_010).click()
  await expect(page.getByRole('region', { name: 'Inspector' })).toContainText('onerror')
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  expect(await messagesTable(page).locator('img').count()).toBe(0)
  await page.getByRole('region', { name: 'Inspector' }).getByRole('button', { name: /close/i }).first().click()
})

test('a row that is chosen low in the list stays to be seen when the inspector opens over its place', async () => {
  for (const [start, number] of [
    ['Newest', count - 1],
    ['Newest', count - 6],
    ['Oldest', 16],
  ] as const) {
    await workbench(page).startAt(start)
    await keyOf(number).click()
    await expect(page.getByRole('region', { name: 'Inspector' })).toContainText(`"number": ${number}`)
    await expect.poll(() => isWhole(keyOf(number))).toBe(true)
    await page.getByRole('region', { name: 'Inspector' }).getByRole('button', { name: /close/i }).first().click()
  }
})

/** On screen between the head of the table and what lies below it. */
async function isWhole(cell: Locator): Promise<boolean> {
  const [row, grid] = [await cell.boundingBox(), await messagesTable(page).boundingBox()]
  return row !== null && grid !== null && row.y >= grid.y + 26 && row.y + row.height <= grid.y + grid.height + 1
}

test('scrolls from the first record to the last and back: no record is left out or shown twice', async () => {
  // A tall window: three times the rows of one step.
  await page.setViewportSize({ width: 1440, height: 2200 })
  await workbench(page).startAt('Oldest')
  await expect(keyOf(0)).toBeVisible()
  const down = await scrolledKeys(1)
  expect([down.size, down.has(0), down.has(count - 1)]).toEqual([count, true, true])
  const up = await scrolledKeys(-1)
  expect(up.size).toBe(count)
  await page.setViewportSize({ width: 1440, height: 900 })
})

/**
 * Numbers of all rows met on the way, a screen at a time, each when its rows are drawn; fails where neighbours on screen do not follow
 * each other.
 */
async function scrolledKeys(direction: 1 | -1): Promise<Set<number>> {
  const found = await messagesTable(page).evaluate(
    async (grid, { way, last }) => {
      const seen = new Set<number>()
      const edge = way === 1 ? last : 0
      const deadline = performance.now() + 90_000
      const isDrawn = (rows: readonly Element[]) => {
        const frame = grid.getBoundingClientRect()
        const places = rows.map(row => row.getBoundingClientRect())
        const isAtEnd = grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 1
        return places.some(it => it.top <= frame.top + 30) && (isAtEnd || places.some(it => it.bottom >= frame.bottom - 1))
      }
      while (!seen.has(edge) && performance.now() < deadline) {
        await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)))
        const rows = [...grid.querySelectorAll('[role=row]')].filter(row => /K-\d/.test(row.textContent))
        if (!isDrawn(rows)) continue
        const numbers = rows.map(row => Number(/K-(\d+)/.exec(row.textContent)?.[1]))
        for (const [index, number] of numbers.entries()) {
          if (index > 0 && number !== (numbers[index - 1] as number) + 1)
            throw new Error(`${numbers[index - 1]} is followed by ${number}`)
          seen.add(number)
        }
        grid.scrollBy({ top: way * (grid.clientHeight - 60) })
      }
      return [...seen]
    },
    { way: direction, last: count - 1 },
  )
  return new Set(found)
}

test('filters the loaded rows at once and marks what it found', async () => {
  const bench = workbench(page)
  await bench.startAt('At offset', '1000')
  await expect(keyOf(3_000)).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('searchbox', { name: 'Filter loaded rows' }).fill('K-3003')
  await expect(recordRows(page).filter({ hasText: 'K-3003' })).toHaveCount(1)
  await expect(messagesTable(page).locator('mark').first()).toHaveText('K-3003')
  await page.getByRole('searchbox', { name: 'Filter loaded rows' }).fill('')
})

test('a field of the payload and a header become columns, and are there again after a reload', async () => {
  await workbench(page).startAt('Newest')
  await keyOf(count - 1).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'header:trace' }).click()
  await expect(messagesTable(page).getByRole('columnheader', { name: 'header:trace' })).toBeVisible()
  await expect(page.getByRole('gridcell', { name: `t-${count - 1}`, exact: true })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('gridcell', { name: `t-${count - 1}`, exact: true })).toBeVisible()
})

test('a brush over the histogram reads the range between two times', async () => {
  const strip = page.getByRole('slider', { name: 'Records over time' })
  const box = await strip.boundingBox()
  if (box === null) throw new Error('no histogram')
  await page.mouse.move(box.x + box.width * 0.25, box.y + 10)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.5, box.y + 10, { steps: 4 })
  await page.mouse.up()
  await expect(page.getByRole('combobox', { name: 'Start at' })).toHaveText('Between two times')
  await expect(page.getByRole('textbox', { name: 'From' })).toHaveValue(/^2026-01-01 00:/)
  await expect(
    recordRows(page)
      .filter({ hasText: /K-(14|15)\d\d/ })
      .first(),
  ).toBeVisible()
})

test('live: new records appear, a pause holds the screen while the buffer fills, and goes on', async () => {
  await workbench(page).startAt('Live')
  const bar = page.getByRole('group', { name: 'Live tail' })
  await expect(bar.getByText('live', { exact: true })).toBeVisible()
  const producer = new kafkajs.Kafka({ brokers: server.bootstrap.split(','), logLevel: kafkajs.logLevel.NOTHING }).producer()
  await producer.connect()
  const send = (key: string) => producer.send({ topic, messages: [{ key, value: 'live' }] })
  await send('first-live')
  await expect(page.getByRole('gridcell', { name: 'first-live' })).toBeVisible()
  await messagesTable(page).focus()
  await page.keyboard.press(' ')
  await send('while-paused')
  await expect(bar.getByText(/paused · 1 more have come/)).toBeVisible()
  await expect(page.getByRole('gridcell', { name: 'while-paused' })).toBeHidden()
  await page.keyboard.press(' ')
  await expect(page.getByRole('gridcell', { name: 'while-paused' })).toBeVisible()
  await producer.disconnect()
})

test('an empty topic says so and offers to produce', async () => {
  const bench = workbench(page)
  await bench.createTopic('nothing-here', 1)
  await bench.openMessages('nothing-here').catch(() => undefined)
  await expect(page.getByText('nothing-here is empty')).toBeVisible()
})
