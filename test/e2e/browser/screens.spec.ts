import { expect, type Locator, type Page } from '@playwright/test'
import { type Consumer, Kafka, logLevel } from 'kafkajs'
import type { ServeProcess } from '../../helpers/serve-process.ts'
import { connectWorkbench } from '../../helpers/workbench-call.ts'
import { expectAccessible, expectContrast } from '../accessibility.ts'
import { forgetSettings, test } from '../shared-serve.ts'
import { brokerRows, inspector, recordRows } from '../workbench.ts'

test.describe.configure({ mode: 'serial' })

/** What could become an element, a script, a link or another order of letters where a screen took data for markup. */
const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><svg onload=window.hacked=1>'
const link = 'javascript:window.hacked=1'
const reordered = 'invoice\u202Efdp.exe\u2066 مرحبا 👩‍👩‍👧'
const long = 'L'.repeat(6_000)
const hostile = [markup, link, reordered, long]
const topic = `__proto__.constructor-${'t'.repeat(200)}`
const plain = 'walked-by-keys'

let server: ServeProcess
let page: Page
let member: Consumer
const dialogs: string[] = []
test.beforeAll(async ({ browser, serve }) => {
  await forgetSettings(serve)
  server = serve
  await fill()
  page = await (await browser.newContext({ colorScheme: 'light' })).newPage()
  page.on('dialog', dialog => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await page.goto(serve.workbench)
  await expect(page.getByRole('tree').getByText(plain)).toBeVisible()
})
test.afterAll(async () => {
  await page.close()
  await member.disconnect()
})

async function fill(): Promise<void> {
  const client = (clientId: string) => new Kafka({ clientId, brokers: server.bootstrap.split(','), logLevel: logLevel.NOTHING })
  const [admin, producer] = [client(markup).admin(), client(markup).producer()]
  await Promise.all([admin.connect(), producer.connect()])
  const topics = [topic, plain].map(name => ({ topic: name, numPartitions: 1, replicationFactor: 3 }))
  await admin.createTopics({ topics, waitForLeaders: true })
  const messages = hostile.map(text => ({ key: text, value: text, headers: { [text.slice(0, 300)]: text } }))
  await producer.send({
    topic,
    messages: [...messages, { key: 'json', value: JSON.stringify(Object.fromEntries(hostile.map(it => [it, it]))) }],
  })
  await producer.send({
    topic: plain,
    messages: [
      { key: 'K-1', value: '{"id":1}' },
      { key: 'K-2', value: '{"id":2}' },
    ],
  })
  for (const groupId of [link, reordered, 'keys-only'])
    await admin.setOffsets({
      groupId,
      topic: groupId === 'keys-only' ? plain : topic,
      partitions: [{ partition: 0, offset: '1' }],
    })
  await Promise.all([admin.disconnect(), producer.disconnect()])
  member = client(markup).consumer({ groupId: markup })
  await member.connect()
  await member.subscribe({ topic, fromBeginning: true })
  const joined = new Promise(resolve => member.on(member.events.GROUP_JOIN, resolve))
  await member.run({ eachMessage: () => Promise.resolve() })
  await joined
  const workbench = await connectWorkbench(server.workbench)
  await workbench.call('connections.add', { name: markup.slice(0, 90), bootstrap: ['127.0.0.1:9'] })
  workbench.close()
}

const open = (...parts: string[]) =>
  page.evaluate(hash => (location.hash = hash), `#/${parts.map(part => encodeURIComponent(part)).join('/')}`)
const panel = () => page.getByRole('tabpanel').filter({ visible: true })
const tab = (name: string | RegExp) => panel().getByRole('tab', { name }).click()

/** No element came of it, nothing ran, nothing was left, nothing sticks out; in both themes, and axe has nothing to say. */
async function expectSound(): Promise<void> {
  const found = await page.evaluate(() => {
    const made =
      'img[src="x"], svg[onload], script:not([src]), iframe, object, embed, [onerror], [onclick], a[href^="javascript:" i]'
    return {
      hacked: 'hacked' in window,
      elements: [...document.body.querySelectorAll(made)].map(element => element.outerHTML.slice(0, 100)),
      sticksOut: document.documentElement.scrollWidth > innerWidth,
    }
  })
  expect(found).toEqual({ hacked: false, elements: [], sticksOut: false })
  expect(dialogs).toEqual([])
  expect(page.context().pages()).toHaveLength(1)
  expect(new URL(page.url()).origin).toBe(new URL(server.workbench).origin)
  await expectAccessible(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expectContrast(page)
  await page.emulateMedia({ colorScheme: 'light' })
}

test('hostile keys, values and headers are text, in the rows and in every part of the inspector', async () => {
  await open('local', 'topic', topic, 'messages')
  await expect(recordRows(page).filter({ hasText: 'onerror' }).first()).toBeVisible()
  await expectSound()
  for (const text of ['onerror', 'javascript:', 'invoice', 'LLLL']) {
    await recordRows(page).filter({ hasText: text }).first().click()
    await expect(inspector(page).locator('.view-lines')).toContainText(text)
    await inspector(page)
      .getByRole('tab', { name: /^Headers/ })
      .click()
    await inspector(page).getByRole('grid', { name: 'Headers' }).getByText(text).first().click()
    await inspector(page).getByRole('tab', { name: 'Key' }).click()
    await expect(inspector(page).locator('.view-lines')).toContainText(text)
    await inspector(page).getByRole('tab', { name: 'Value' }).click()
  }
  await expectSound()
  await inspector(page).getByRole('tab', { name: 'Batch' }).click()
  await expectSound()
  await page.keyboard.press('Escape')
})

test('hostile topics, groups and clients are text on every other screen', async () => {
  const screens: readonly (readonly [string[], () => Locator])[] = [
    [['local', 'overview'], () => brokerRows(page).first()],
    [['local', 'topics'], () => panel().getByRole('grid', { name: 'Topics' }).getByText(topic)],
    [['local', 'topic', topic, 'partitions'], () => panel().getByRole('table', { name: 'Partitions' })],
    [['local', 'topic', topic, 'consumers'], () => panel().getByText(markup).first()],
    [['local', 'topic', topic, 'config'], () => panel().getByText('retention.ms', { exact: true })],
    [['local', 'groups'], () => panel().getByRole('grid', { name: 'Groups' }).getByText(markup)],
    [['local', 'produce', topic], () => panel().getByRole('button', { name: 'Send record' })],
    [['connections'], () => panel().getByText(markup.slice(0, 90)).first()],
    [['settings'], () => panel().getByRole('region', { name: 'Embedded cluster' })],
    // Names that no cluster has, but an address may.
    [['local', 'topic', markup, 'messages'], () => panel().getByRole('heading', { name: markup })],
    [['local', 'group', link], () => panel().getByRole('region', { name: 'Lag' })],
    [['local', 'group', markup], () => panel().getByRole('region', { name: 'Lag' })],
  ]
  for (const [parts, shown] of screens) {
    await open(...parts)
    await expect(shown().first()).toBeVisible()
    await expectSound()
  }
  await tab('Members')
  await expect(panel().getByText(markup).first()).toBeVisible()
  await expectSound()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('img')
  await expect(page.getByRole('option').first()).toBeVisible()
  await expectSound()
  await page.keyboard.press('Escape')
})

/** Presses Tab until it is there, as somebody without a pointer does. */
async function tabTo(target: Locator): Promise<void> {
  await expect(target).toBeVisible()
  for (let press = 0; press < 120; press += 1) {
    if (await target.evaluate(element => element === document.activeElement || element.contains(document.activeElement))) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not come to ${target.toString()}`)
}

async function goTo(name: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type(name)
  await expect(page.getByRole('option').filter({ hasText: name }).first()).toBeVisible()
  await page.keyboard.press('Enter')
}

test('by the keyboard alone: find a topic, look at a record, scan, produce', async () => {
  await goTo(plain)
  await expect(recordRows(page).filter({ hasText: 'K-2' })).toBeVisible()
  await tabTo(panel().getByRole('grid', { name: 'Messages' }))
  await page.keyboard.press('Home')
  await expect(inspector(page)).toContainText('0 · 0')
  await page.keyboard.press('ArrowDown')
  await expect(inspector(page)).toContainText('0 · 1')
  await page.keyboard.press('Escape')
  await expect(inspector(page)).toBeHidden()
  await tabTo(panel().getByRole('textbox', { name: 'Text to find' }))
  await page.keyboard.type('"id":2')
  await page.keyboard.press('Enter')
  await expect(panel().getByRole('group', { name: 'Scan', exact: true })).toContainText('the whole range was read')
  await tabTo(panel().getByRole('button', { name: 'Close scan' }))
  await page.keyboard.press('Enter')
  await tabTo(panel().getByRole('button', { name: 'Produce', exact: true }))
  await page.keyboard.press('Enter')
  await tabTo(panel().getByRole('textbox', { name: 'Value', exact: true }))
  await page.keyboard.type('typed')
  await tabTo(panel().getByRole('button', { name: 'Send record' }))
  await page.keyboard.press('Enter')
  await expect(panel().getByRole('list', { name: 'Last sends' })).toContainText(/offset 2/)
})

test('by the keyboard alone: create a topic, change it, reset a group', async () => {
  await page.evaluate(() => (location.hash = '#/local/topics'))
  await tabTo(panel().getByRole('button', { name: 'Create topic' }).first())
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Topic name' })).toBeFocused()
  await page.keyboard.type('made-by-keys')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Create topic' })).toBeHidden()
  await expect(panel().getByRole('grid', { name: 'Topics' }).getByText('made-by-keys')).toBeVisible()
  await goTo('keys-only')
  await tabTo(panel().getByRole('button', { name: 'Reset offsets…' }))
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Reset offsets of keys-only' })
  const apply = dialog.getByRole('button', { name: /^Apply to 1 partition/ })
  await expect(apply).toBeEnabled()
  await tabTo(apply)
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('table', { name: 'Read back' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})
