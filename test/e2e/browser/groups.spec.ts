import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'
import { type Consumer, Kafka, logLevel, type Producer } from 'kafkajs'
import type { ServeProcess } from '../../helpers/serve-process.ts'
import { forgetSettings, test } from '../shared-serve.ts'
import { workbench } from '../workbench.ts'

const topic = 'parcels'
const partitions = 3
const perPartition = 40
const hostile = '<img src=x onerror="document.title=1">'

let server: ServeProcess
let kafka: Kafka
let producer: Producer

test.beforeAll(async ({ serve }) => {
  await forgetSettings(serve)
  server = serve
  kafka = new Kafka({ clientId: 'spec', brokers: server.bootstrap.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  producer = kafka.producer()
  await Promise.all([admin.connect(), producer.connect()])
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 3 }] })
  await append(perPartition)
  for (const groupId of ['shippers', hostile]) await admin.setOffsets({ groupId, topic, partitions: positions('10') })
  await admin.disconnect()
})
test.afterAll(() => producer.disconnect())

const positions = (offset: string) => Array.from({ length: partitions }, (_, partition) => ({ partition, offset }))

async function append(count: number): Promise<void> {
  const messages = Array.from({ length: count * partitions }, (_, index) => ({
    value: `v${index}`,
    partition: index % partitions,
  }))
  await producer.send({ topic, messages })
}

async function committedOf(groupId: string): Promise<number[]> {
  const admin = kafka.admin()
  await admin.connect()
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
  await admin.disconnect()
  return (found?.partitions ?? []).toSorted((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset))
}

async function openGroup(page: Page, group: string): Promise<void> {
  await page.goto(server.workbench)
  await workbench(page).openGroup(group)
}

/** Nothing of the worst two kinds of axe in what this screen shows; the shell around it has its own spec. */
async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run: (about: {
          include: string[][]
        }) => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>
      }
    }
    const { violations } = await axe.run({ include: [['[role=tabpanel]:not([hidden]), [role=dialog]']] })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  })
  expect(found).toEqual([])
}

const planRows = (page: Page) => page.getByRole('table', { name: 'Reset plan' }).getByRole('row')
const choose = async (page: Page, name: string, option: string) => {
  await page.getByRole('combobox', { name }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

test('the list shows state, lag and trend, and a group id that looks like markup is text', async ({ page }) => {
  await page.goto(server.workbench)
  await page.getByRole('tree').getByText('Groups', { exact: true }).first().click()
  const grid = page.getByRole('grid', { name: 'Groups' })
  const row = grid.getByRole('row').filter({ hasText: 'shippers' })
  await expect(row).toContainText('Empty')
  await expect(row).toContainText(`${(perPartition - 10) * partitions}`)
  await expect(row).toContainText('steady')
  await expect(grid.getByText(hostile)).toBeVisible()
  await expectAccessible(page)
  await row.click({ button: 'right' })
  await expect(page.getByRole('menuitem', { name: /Open|Reset offsets|Delete/ })).toHaveCount(3)
  expect(await page.title()).not.toBe('1')
})

test('the lag moves while records are written, and the keys read it', async ({ page }) => {
  await openGroup(page, 'shippers')
  const behind = page.getByRole('group', { name: 'Records behind' })
  await expect(behind).toContainText(/\d/)
  const before = Number((await behind.locator('div').nth(1).innerText()).replaceAll(',', ''))
  const chart = page.getByRole('region', { name: 'Lag' }).getByRole('group', { name: 'Lag by partition, in records' })
  await expect(chart).toBeVisible()
  const line = chart.locator('path[class*="line"]').first()
  const path = await line.getAttribute('d')
  await append(20)
  await expect(behind).toContainText(String(before + 20 * partitions))
  await expect(line).not.toHaveAttribute('d', path ?? '')
  await chart.focus()
  await page.keyboard.press('End')
  await expect(chart.getByRole('status')).toContainText('Partition 0')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Partition 0' }).click()
  await expect(page.getByRole('button', { name: 'Partition 0' })).toHaveAttribute('aria-pressed', 'false')
  await expect(chart.locator('path[class*="line"]')).toHaveCount(partitions - 1)
})

test('a reset of an empty group: plan, apply, read back, undo', async ({ page }) => {
  const before = await committedOf('shippers')
  await openGroup(page, 'shippers')
  await page.getByRole('button', { name: 'Reset offsets…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Reset offsets of shippers' })
  await choose(page, 'Target', 'Shift by')
  await dialog.getByRole('textbox', { name: 'Records' }).fill('-4')
  await expect(dialog.getByText('12 records would be read again')).toBeVisible()
  await expect(planRows(page)).toHaveCount(partitions + 1)
  await expect(planRows(page).nth(1)).toContainText('−4')
  expect(await committedOf('shippers')).toEqual(before)
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Apply to 3 partitions' }).click()
  await expect(dialog.getByRole('table', { name: 'Read back' }).getByRole('row').nth(1)).toContainText('6')
  expect(await committedOf('shippers')).toEqual(before.map(offset => offset - 4))
  await dialog.getByRole('button', { name: 'Undo' }).click()
  await expect(dialog.getByRole('table', { name: 'Undone' })).toBeVisible()
  expect(await committedOf('shippers')).toEqual(before)
})

test('some partitions, from pasted lines, clamped where they must be', async ({ page }) => {
  await openGroup(page, 'shippers')
  await page.getByRole('button', { name: 'Reset offsets…' }).click()
  await choose(page, 'Scope', 'Some partitions')
  await page.getByRole('checkbox', { name: `1 of ${topic}` }).check()
  await choose(page, 'Target', 'From a file')
  const lines = page.getByRole('textbox', { name: /Offsets, one line each/ })
  await lines.fill(`${topic},1,x`)
  await expect(page.getByText('Line 1: “x” is no offset')).toBeVisible()
  await lines.fill(`${topic},1,999999`)
  await expect(planRows(page)).toHaveCount(2)
  await expect(planRows(page).nth(1)).toContainText('moved to it')
})

test('an active group is not reset: it says who is in it, and frees itself when they leave', async ({ page }) => {
  const member = await joined('active-readers')
  try {
    await openGroup(page, 'active-readers')
    await page.getByRole('tab', { name: 'Members' }).click()
    await expect(page.getByRole('table', { name: 'Members' })).toContainText('spec')
    await page.getByRole('button', { name: 'Reset offsets…' }).click()
    await expect(page.getByText('The group is active, so it cannot be reset now.')).toBeVisible()
    await expect(page.getByRole('dialog')).toContainText('spec on 127.0.0.1')
    await expect(page.getByRole('button', { name: /^Apply/ })).toBeDisabled()
  } finally {
    await member.disconnect()
  }
  await expect(page.getByRole('button', { name: 'Apply to 3 partitions' })).toBeEnabled()
})

async function joined(groupId: string): Promise<Consumer> {
  const consumer = kafka.consumer({ groupId })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const read = new Set<number>()
  const isThere = new Promise<void>(resolve => {
    void consumer.run({
      autoCommitThreshold: 1,
      eachMessage: async ({ partition }) => {
        read.add(partition)
        if (read.size === partitions) resolve()
      },
    })
  })
  await isThere
  return consumer
}
