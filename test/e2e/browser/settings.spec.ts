import { mkdirSync, readFileSync, renameSync, rmdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { removeDataFolder, startServe, type ServeProcess } from '../../helpers/serve-process.ts'
import { connectWorkbench } from '../../helpers/workbench-call.ts'
import { expectAccessible } from '../accessibility.ts'

test.describe.configure({ mode: 'serial' })

let serve: ServeProcess
test.beforeAll(async () => {
  serve = await startServe({ args: ['--brokers', '1'] })
  const calls = await connectWorkbench(serve.workbench)
  await calls.call('topics.create', { connection: 'local', topic: 'doomed', partitions: 1, replicationFactor: 1 })
  calls.close()
})
test.afterAll(async () => {
  expect(await serve.stop()).toBe(0)
  removeDataFolder(serve.dataFolder)
})
test.beforeEach(async ({ page }) => {
  await page.goto(serve.workbench)
  await page.getByRole('tree').waitFor()
  await page.evaluate(() => location.assign('#/settings'))
})

const card = (page: Page) => page.getByRole('region', { name: 'Embedded cluster' })
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Reset the embedded cluster' })
const resetButton = (page: Page) => dialog(page).getByRole('button', { name: 'Reset the cluster' })
const clusterId = () => JSON.parse(readFileSync(join(serve.dataFolder, 'cluster.json'), 'utf8')).clusterId
const confirmField = (page: Page) => dialog(page).getByRole('textbox', { name: /^Type “/ })

test('a reset names what goes, asks for the name of the directory, and leaves a new cluster', async ({ page }) => {
  const before = clusterId()
  await expect(page.getByRole('tree').getByText('doomed')).toBeVisible()
  await card(page).getByRole('button', { name: 'Reset…' }).click()
  await expect(dialog(page)).toContainText(serve.dataFolder)
  await expect(dialog(page)).toContainText('Stops 1 broker')
  await expectAccessible(page)
  await expect(resetButton(page)).toBeDisabled()
  await confirmField(page).fill('something else')
  await expect(resetButton(page)).toBeDisabled()
  await confirmField(page).fill(basename(serve.dataFolder))
  await resetButton(page).click()
  await expect(page.getByText('A new cluster runs')).toBeVisible()
  await expect(dialog(page)).toBeHidden()
  await expect(card(page)).toContainText('running')
  // The window goes on with the new cluster by itself.
  await expect(page.getByRole('tree').getByText('doomed')).toHaveCount(0)
  expect(clusterId()).not.toBe(before)
  await page.evaluate(() => location.assign('#/connections'))
  const audit = page.getByRole('table', { name: 'Audit' })
  await expect(audit.getByRole('row').filter({ hasText: 'local.reset' })).toContainText('done')
})

test('server properties: looked up by what they do, judged as typed, kept, taken by a restart', async ({ page }) => {
  const properties = page.getByRole('region', { name: 'Server properties' })
  const grid = properties.getByRole('grid', { name: 'Server properties' })
  const row = grid.getByRole('row').filter({ hasText: 'num.partitions' }).first()
  await properties.getByRole('searchbox').fill('without saying how many')
  await expect(row).toContainText('default')
  await row.dblclick()
  const edit = page.getByRole('dialog', { name: 'Server property num.partitions' })
  const keep = edit.getByRole('button', { name: 'Keep for the next start' })
  await edit.getByRole('textbox', { name: 'num.partitions' }).fill('many')
  await expect(edit).toContainText('A whole number.')
  await expect(keep).toBeDisabled()
  await edit.getByRole('textbox', { name: 'num.partitions' }).fill('5')
  await expectAccessible(page)
  await keep.click()
  await expect(edit).toBeHidden()
  await expect(row).toContainText('settings')
  await expect(properties).toContainText('1 broker (1) still runs with other values')
  await properties.getByRole('button', { name: 'Restart one by one' }).click()
  await expect(properties.getByText('still runs with other values')).toHaveCount(0)
  await expect(card(page)).toContainText('running')
  expect(JSON.parse(readFileSync(join(serve.dataFolder, 'cluster.json'), 'utf8')).properties).toEqual({ 'num.partitions': '5' })
})

test('a directory that cannot be written: it says so, nothing runs half, and a second reset ends it', async ({ page }) => {
  const [file, aside] = ['cluster.json', 'cluster.json.aside'].map(name => join(serve.dataFolder, name)) as [string, string]
  renameSync(file, aside)
  // Also root cannot write a file where a folder is.
  mkdirSync(file)
  await card(page).getByRole('button', { name: 'Reset…' }).click()
  await confirmField(page).fill(basename(serve.dataFolder))
  await resetButton(page).click()
  await expect(dialog(page)).toContainText('no broker runs')
  await expect(dialog(page)).toContainText('then reset again')
  // Behind a dialog, for those who hear the page too.
  await expect(page.getByRole('region', { name: 'Embedded cluster', includeHidden: true })).toContainText('stopped')
  rmdirSync(file)
  renameSync(aside, file)
  await resetButton(page).click()
  await expect(page.getByText('A new cluster runs')).toBeVisible()
  await expect(card(page)).toContainText('running')
})
