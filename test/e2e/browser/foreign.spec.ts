import { expect, type Page } from '@playwright/test'
import { type Consumer, Kafka, logLevel } from 'kafkajs'
import { startFrontedBroker, type FrontedBroker } from '../../helpers/fronted-broker.ts'
import { connectWorkbench } from '../../helpers/workbench-call.ts'
import { forgetSettings, test } from '../shared-serve.ts'
import { brokerRows, inspector, messagesTable, recordRows } from '../workbench.ts'

test.describe.configure({ mode: 'serial' })

const topic = 'parcels-abroad'
const group = 'shippers-abroad'
const isWorkbench = (clientId: string) => clientId.startsWith('brokerbench')
let broker: FrontedBroker
let member: Consumer
let page: Page
let connection: string
const problems: string[] = []

test.beforeAll(async ({ browser, serve }) => {
  await forgetSettings(serve)
  broker = await startFrontedBroker({ asks: isWorkbench })
  await fill()
  connection = await connect(serve.workbench)
  page = await (await browser.newContext()).newPage()
  page.on('pageerror', error => problems.push(error.message))
  await page.goto(serve.workbench)
  await expect(page.getByRole('tree')).toBeVisible()
})
test.afterAll(async () => {
  await page.close()
  await member.disconnect()
  await broker.close()
  expect(problems).toEqual([])
})

const others = () =>
  new Kafka({
    clientId: 'others',
    brokers: [broker.bootstrap],
    logLevel: logLevel.NOTHING,
    retry: { retries: 20 },
  })

async function fill(): Promise<void> {
  const [admin, producer] = [others().admin(), others().producer()]
  await Promise.all([admin.connect(), producer.connect()])
  await admin.createTopics({ topics: [{ topic, numPartitions: 2, replicationFactor: 1 }], waitForLeaders: true })
  const messages = Array.from({ length: 40 }, (_, index) => ({
    key: `K-${index}`,
    value: `{"id":${index}}`,
    partition: index % 2,
  }))
  await producer.send({ topic, messages })
  await Promise.all([admin.disconnect(), producer.disconnect()])
  member = others().consumer({ groupId: group })
  await member.connect()
  await member.subscribe({ topic, fromBeginning: true })
  const joined = new Promise(resolve => member.on(member.events.GROUP_JOIN, resolve))
  await member.run({ autoCommitThreshold: 1, eachMessage: () => Promise.resolve() })
  await joined
}

async function connect(address: string): Promise<string> {
  const workbench = await connectWorkbench(address)
  const security = { protocol: 'sasl-plaintext', mechanism: 'PLAIN', username: 'anna' }
  const input = { name: 'abroad', bootstrap: [broker.bootstrap], security, secrets: { password: 'right' } }
  const { id } = (await workbench.call('connections.add', input)) as { id: string }
  workbench.close()
  return id
}

const open = (path: string) => page.evaluate(hash => (location.hash = hash), `#/${connection}/${path}`)
const panel = () => page.getByRole('tabpanel').filter({ visible: true })
const startAt = async (choice: string) => {
  await panel().getByRole('combobox', { name: 'Start at' }).click()
  await page.getByRole('option', { name: choice }).click()
}

/** Everything that reads, and nothing else; whatever a screen asks beyond must be looked at before it is added. */
const reading = [
  ...['ApiVersions', 'SaslHandshake', 'SaslAuthenticate', 'Metadata', 'Fetch', 'ListOffsets', 'OffsetForLeaderEpoch'],
  ...['FindCoordinator', 'OffsetFetch', 'ListGroups', 'DescribeGroups', 'ConsumerGroupDescribe', 'DescribeCluster'],
  ...['DescribeConfigs', 'DescribeLogDirs', 'DescribeQuorum', 'DescribeProducers', 'ListPartitionReassignments'],
  ...['DescribeTopicPartitions', 'DescribeTransactions', 'ListTransactions'],
]

test('looking at every screen sends nothing that joins, commits or changes', async () => {
  await open('overview')
  await expect(brokerRows(page)).toHaveCount(1)
  await open('topics')
  await expect(panel().getByRole('grid', { name: 'Topics' }).getByText(topic)).toBeVisible()
  await lookAtMessages()
  for (const [view, shown] of [
    ['partitions', panel().getByRole('table', { name: 'Partitions' })],
    ['consumers', panel().getByText(group)],
    ['config', panel().getByText('retention.ms', { exact: true })],
  ] as const) {
    await open(`topic/${topic}/${view}`)
    await expect(shown.first()).toBeVisible()
  }
  await lookAtGroups()
  await open(`produce/${topic}`)
  await expect(panel()).toBeVisible()
  // A name that is not there, as in an old link: asking for it makes no topic.
  await open('topic/not-there/messages')
  await expect(
    panel()
      .getByText(/not-there/)
      .first(),
  ).toBeVisible()
  await expect(panel().getByRole('alert').first()).toBeVisible()

  const asked = new Set(broker.front.seen.filter(it => isWorkbench(it.clientId)).map(it => it.api))
  expect(asked).toContain('Fetch')
  expect(asked).toContain('OffsetFetch')
  expect([...asked].filter(api => !reading.includes(api))).toEqual([])
  await expectUntouched()
})

async function lookAtMessages(): Promise<void> {
  await open(`topic/${topic}/messages`)
  for (const start of ['Oldest', 'Last 1 h', 'Newest']) {
    await startAt(start)
    await expect(recordRows(page).filter({ hasText: 'K-3' }).first()).toBeVisible()
  }
  await recordRows(page).nth(3).click()
  for (const part of ['Key', /^Headers/, 'Batch', 'Value']) await inspector(page).getByRole('tab', { name: part }).click()
  await panel().getByRole('textbox', { name: 'Text to find' }).fill('"id":7')
  await panel().getByRole('button', { name: 'Scan', exact: true }).click()
  await expect(panel().getByRole('group', { name: 'Scan', exact: true })).toContainText('the whole range was read')
  await panel().getByRole('button', { name: 'Close scan' }).click()
  await startAt('Live')
  await expect(panel().getByRole('group', { name: 'Live tail' }).getByText('live', { exact: true })).toBeVisible()
  await startAt('Newest')
}

async function lookAtGroups(): Promise<void> {
  await open('groups')
  await expect(panel().getByRole('grid', { name: 'Groups' }).getByText(group)).toBeVisible()
  await open(`group/${group}`)
  await expect(panel().getByRole('region', { name: 'Lag' })).toBeVisible()
  for (const view of ['Members', 'Rebalances']) await panel().getByRole('tab', { name: view }).click()
}

async function expectUntouched(): Promise<void> {
  const admin = others().admin()
  await admin.connect()
  const { groups } = await admin.describeGroups([group])
  expect(groups[0]?.members.map(it => it.clientId)).toEqual(['others'])
  expect((await admin.listTopics()).filter(name => !name.startsWith('__'))).toEqual([topic])
  expect((await admin.listGroups()).groups.map(it => it.groupId)).toEqual([group])
  await admin.disconnect()
}

test('authentication lost: said with its Kafka error, the last answers stay, and it goes on when the password is right again', async () => {
  await open(`topic/${topic}/messages`)
  await expect(recordRows(page).nth(3)).toBeVisible()
  broker.front.setAdmits(false)
  await expect(page.getByRole('contentinfo')).toContainText(/authentication/i)
  await panel().getByRole('button', { name: 'Read again' }).click()
  await expect(panel().getByRole('alert').first()).toContainText(/SASL_AUTHENTICATION_FAILED/)
  await open('topics')
  await expect(panel().getByText(/As of .* ago/)).toBeVisible()
  await expect(panel().getByRole('grid', { name: 'Topics' }).getByText(topic)).toBeVisible()
  await othersGoOn()
  broker.front.setAdmits(true)
  await open('topics')
  await expect(panel().getByText(/As of .* ago/)).toBeHidden()
})

/** The embedded cluster in the same window does not notice. */
async function othersGoOn(): Promise<void> {
  await page.evaluate(() => (location.hash = '#/local/overview'))
  await expect(brokerRows(page).filter({ hasText: 'running' })).toHaveCount(3)
  await expect(panel().getByText(/As of .* ago/)).toHaveCount(0)
}

test('cluster gone: what was shown stays and says of when it is; everything goes on when it is back', async () => {
  await open(`topic/${topic}/messages`)
  await startAt('Oldest')
  await expect(recordRows(page).filter({ hasText: 'K-0' })).toBeVisible()
  await broker.kill()
  await expect(page.getByRole('contentinfo')).toContainText(/as of .* ago/)
  await expect(recordRows(page).filter({ hasText: 'K-0' })).toBeVisible()
  await open('topics')
  await expect(panel().getByText(/As of .* ago/)).toBeVisible()
  await expect(panel().getByRole('grid', { name: 'Topics' }).getByText(topic)).toBeVisible()
  await othersGoOn()
  await broker.start()
  await open('topics')
  await expect(panel().getByText(/As of .* ago/)).toBeHidden()
  await open(`topic/${topic}/messages`)
  await panel().getByRole('button', { name: 'Read again' }).click()
  await expect(recordRows(page).filter({ hasText: 'K-0' })).toBeVisible()
})

test('two windows on one cluster: each scans for itself, and what one closes stops nothing in the other', async ({ serve }) => {
  const second = await page.context().newPage()
  await second.goto(serve.workbench)
  await second.evaluate(hash => (location.hash = hash), `#/${connection}/topic/${topic}/messages`)
  const stripOf = (of: Page) => of.getByRole('group', { name: 'Scan', exact: true })
  const slow = '(() => { for (let turn = 0; turn < 80_000_000; turn += 1); return offset >= 0 })()'
  for (const window of [page, second]) {
    const bar = window.getByRole('search', { name: 'Scan topic' }).filter({ visible: true })
    await bar.getByRole('combobox', { name: 'Kind of filter' }).click()
    await window.getByRole('option', { name: 'JavaScript' }).click()
    await bar.locator('.monaco-editor').first().click()
    await window.keyboard.insertText(slow)
    await window.keyboard.press('Escape')
    await window.getByRole('button', { name: 'Scan', exact: true }).filter({ visible: true }).click()
    await expect(window.getByRole('contentinfo')).toContainText(`scanning ${topic}`)
  }
  await second.close()
  await expect(stripOf(page)).toContainText('the whole range was read')
  await expect(page.getByRole('status').filter({ hasText: /^40 found$/ })).toBeVisible()
  await expect(messagesTable(page)).toBeVisible()
})
