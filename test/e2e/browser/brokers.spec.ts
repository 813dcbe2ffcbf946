import { expect, type Page, test } from '@playwright/test'
import { Kafka, logLevel } from 'kafkajs'
import { removeDataFolder, startServe, type ServeProcess } from '../../helpers/serve-process.ts'
import { brokerRows, inNarrowWindow, recordRows, workbench } from '../workbench.ts'

test.describe.configure({ mode: 'serial' })

let serve: ServeProcess
test.beforeAll(async () => {
  // A broker that was killed is missed after this time; Kafka's nine seconds would only be waited for.
  serve = await startServe({ args: ['--override', 'broker.session.timeout.ms=3000'] })
  await fill()
})
test.afterAll(async () => {
  await serve.stop()
  removeDataFolder(serve.dataFolder)
})

test.beforeEach(async ({ page }) => {
  await page.goto(serve.workbench)
  await workbench(page).openOverview()
})

/** `whole` is on every broker; of `split`, one partition is on broker 2 alone. */
async function fill(): Promise<void> {
  const kafka = new Kafka({ brokers: serve.bootstrap.split(','), logLevel: logLevel.NOTHING })
  const [admin, producer] = [kafka.admin(), kafka.producer()]
  await Promise.all([admin.connect(), producer.connect()])
  const replicaAssignment = [
    { partition: 0, replicas: [2] },
    { partition: 1, replicas: [1] },
  ]
  const topics = [
    { topic: 'whole', numPartitions: 3, replicationFactor: 3 },
    { topic: 'split', replicaAssignment },
  ]
  await admin.createTopics({ topics, waitForLeaders: true })
  for (const topic of ['whole', 'split']) {
    const messages = Array.from({ length: 6 }, (_, index) => ({ key: `${topic}-${index}`, value: 'x', partition: index % 2 }))
    await producer.send({ topic, messages })
  }
  await Promise.all([admin.disconnect(), producer.disconnect()])
}

const open = (page: Page, topic: string, view: string) =>
  page.evaluate(hash => (location.hash = hash), `#/local/topic/${topic}/${view}`)
const panel = (page: Page) => page.getByRole('tabpanel').filter({ visible: true })
const row = (page: Page, brokerId: number) => brokerRows(page).nth(brokerId - 1)

test('a killed broker says so while the others go on', async ({ page }) => {
  await page.getByRole('button', { name: 'Kill broker 2' }).click()
  await expect(row(page, 2)).toContainText('stopped')
  await expect(row(page, 2)).toContainText('127.0.0.1')
  await expect(page.getByText('2 of 3 brokers run')).toBeVisible()
  await expect(row(page, 1)).toContainText('running')
  await expect(row(page, 3)).toContainText('running')
  await expect(
    page
      .getByRole('table', { name: 'Events' })
      .getByText(/broker 2/)
      .first(),
  ).toBeVisible({ timeout: 20_000 })
})

test('one broker gone: topics with other replicas are read as before', async ({ page }) => {
  await open(page, 'whole', 'messages')
  await expect(recordRows(page).filter({ hasText: 'whole-' })).toHaveCount(6)
  await open(page, 'whole', 'partitions')
  const partitions = panel(page).getByRole('table', { name: 'Partitions' })
  await expect(partitions.getByRole('row')).toHaveCount(4)
  await expect(partitions.getByText('2 of 3 · 2 is offline')).toHaveCount(3)
  expect(await inNarrowWindow(page, partitions)).toEqual({ sidewaysPx: 0, cut: [] })
})

test('a partition without a leader is said, and the others are shown', async ({ page }) => {
  await open(page, 'split', 'messages')
  await expect(panel(page).getByText(/Not everything could be asked:.*partition 0/)).toBeVisible()
  await expect(recordRows(page).filter({ hasText: 'split-' })).toHaveCount(3)
  await page.evaluate(() => (location.hash = '#/local/topics'))
  const listed = panel(page).getByRole('grid', { name: 'Topics' }).getByRole('row').filter({ hasText: 'split' })
  await expect(listed).toContainText('offline')
  await open(page, 'split', 'partitions')
  await expect(panel(page).getByRole('table', { name: 'Partitions' }).getByRole('row').nth(1)).toContainText(
    /none|no leader|offline/i,
  )
})

test('it comes back, and what only it has can be read again', async ({ page }) => {
  await page.getByRole('button', { name: 'Start broker 2' }).click()
  await expect(row(page, 2)).toContainText('running')
  await expect(page.getByText('2 of 3 brokers run')).toBeHidden()
  await open(page, 'split', 'messages')
  await expect(async () => {
    await panel(page).getByRole('button', { name: 'Read again' }).click()
    await expect(recordRows(page).filter({ hasText: 'split-' })).toHaveCount(6, { timeout: 2_000 })
  }).toPass({ timeout: 45_000 })
})

/** Megabytes on broker 2 alone that no checkpoint knows of: what a kill leaves to be checked. */
async function fillUnflushed(): Promise<void> {
  const kafka = new Kafka({ brokers: serve.bootstrap.split(','), logLevel: logLevel.NOTHING })
  const [admin, producer] = [kafka.admin(), kafka.producer()]
  await Promise.all([admin.connect(), producer.connect()])
  const replicaAssignment = [{ partition: 0, replicas: [2] }]
  await admin.createTopics({ topics: [{ topic: 'large', replicaAssignment }], waitForLeaders: true })
  for (let sent = 0; sent < 20; sent += 1) await producer.send({ topic: 'large', messages: [{ value: 'x'.repeat(900_000) }] })
  await Promise.all([admin.disconnect(), producer.disconnect()])
}

/**
 * A recovery is over before anybody could look. So its first news is delivered and what comes after it kept back, as on a slow line, until
 * `release`: what is shown meanwhile is what the broker told.
 */
async function holdAtRecovery(page: Page): Promise<{ release(): void }> {
  let held: (string | Buffer)[] | undefined
  // Once: on a busy machine more news of the recovery comes after it.
  let isReleased = false
  let release = () => undefined as void
  await page.routeWebSocket('**/bridge', window => {
    release = () => {
      for (const message of held ?? []) window.send(message)
      held = undefined
      isReleased = true
    }
    window.connectToServer().onMessage(message => {
      if (held !== undefined) return void held.push(message)
      window.send(message)
      if (!isReleased && String(message).includes('"recovery":{')) held = []
    })
  })
  return { release: () => release() }
}

test('DISK-31: a killed broker says how far it has checked its log while it starts', async ({ page }) => {
  await fillUnflushed()
  const line = await holdAtRecovery(page)
  await page.reload()
  await page.getByRole('button', { name: 'Kill broker 2' }).click()
  await page.getByRole('button', { name: 'Start broker 2' }).click()
  const told = page.getByText(/^Broker 2: checking \d.* of 18 MB after an unclean stop, \d+ %$/)
  await expect(told).toBeVisible()
  const bar = page.getByRole('progressbar', { name: 'Recovery of broker 2' })
  expect(await bar.evaluate((it: HTMLProgressElement) => it.position)).toBeLessThan(1)
  await expect(row(page, 2)).toContainText(/starting \d+ %/)
  await expect(row(page, 1)).toContainText('running')
  line.release()
  await expect(row(page, 2)).toContainText('running')
  await expect(bar).toBeHidden()
})

test('the whole cluster stops, says so, and starts again', async ({ page }) => {
  await page.getByRole('button', { name: 'Stop the cluster' }).click()
  await expect(page.getByText('The cluster is stopped.')).toBeVisible()
  await expect(brokerRows(page).filter({ hasText: 'stopped' })).toHaveCount(3)
  await page.getByRole('button', { name: 'Start the cluster' }).click()
  await expect(page.getByText(/Starting: \d of 3 brokers serve/)).toBeVisible()
  await expect(brokerRows(page).filter({ hasText: 'running' })).toHaveCount(3)
})

test('a broker is added, and retired again with its id', async ({ page }) => {
  await page.getByRole('button', { name: 'Add a broker' }).click()
  await expect(brokerRows(page)).toHaveCount(4)
  await expect(row(page, 4)).toContainText('running')
  await page.getByRole('button', { name: 'More about broker 1' }).click()
  await expect(page.getByRole('menuitem', { name: /^Retire/ })).toHaveAttribute('aria-disabled', 'true')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More about broker 4' }).click()
  await page.getByRole('menuitem', { name: /^Retire/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Retire broker 4' })
  await expect(dialog).toContainText('it is stopped and the cluster unregisters it')
  await dialog.getByLabel('Throttle in MB/s').fill('fast')
  await expect(dialog.getByRole('alert')).toBeVisible()
  await dialog.getByLabel('Throttle in MB/s').fill('50')
  await dialog.getByRole('button', { name: 'Retire broker 4' }).click()
  await expect(dialog).toBeHidden()
  await expect(brokerRows(page)).toHaveCount(3)
})
