// A topic of millions: newest, seeks into its middle, scans, a cancel.
import { cpuSeconds } from '../cluster.mjs'
import { openPage, shownAfter } from './browser.mjs'

const seekWithinMs = 150
const seeks = 15
const warmUpMs = 40_000
export const topic = 'millions'

export async function measureRecords(browser, cluster, figures, filled) {
  figures.heading(`${filled.count} records of 200 bytes over 6 partitions`)
  const page = await openPage(browser, cluster.workbench)
  await openTopic(page, topic)
  if (cluster.isForeign) await warmUp(page, figures)
  await measureSeeks(page, figures, filled)
  await measureScans(page, figures, filled, cluster)
  await page.context().close()
}

/** A JVM compiles in its first minute more than it serves: read by scans until that is over, so that no figure flatters or blames it. */
async function warmUp(page, figures) {
  const endsAt = performance.now() + warmUpMs
  const text = scanBar(page).getByRole('textbox', { name: 'Text to find' })
  await startAt(page, 'Oldest')
  await text.fill('nowhere')
  let scans = 0
  for (; performance.now() < endsAt; scans += 1) {
    await text.press('Enter')
    await done(page)
    await strip(page).getByRole('button', { name: 'Close scan' }).click()
    await strip(page).waitFor({ state: 'detached' })
  }
  figures.plain('scans before, until the broker was warm', scans, '')
}

/** By the address, as a link would: the tree does not show all of thousands. */
export async function openTopic(page, name) {
  await page.getByRole('tree').getByText('Overview', { exact: true }).first().click()
  await page.waitForFunction(() => location.hash.startsWith('#/'))
  await page.evaluate(to => {
    const connection = location.hash.split('/')[1]
    location.hash = `#/${connection}/topic/${to}/messages`
  }, name)
  await page.getByRole('grid', { name: 'Messages' }).getByRole('gridcell').first().waitFor()
}

const keyShown = key => {
  const cells = document.querySelectorAll('[role=tabpanel]:not([hidden]) [role=grid][aria-label=Messages] [role=gridcell]')
  return [...cells].some(cell => cell.textContent === key)
}

export const startAt = async (page, choice) => {
  await page.getByRole('combobox', { name: 'Start at' }).click()
  await page.getByRole('option', { name: choice }).click()
}

async function measureSeeks(page, figures, { count, fromMs, toMs }) {
  const keyOf = index => `A-${String(index).padStart(7, '0')}`
  const newest = []
  for (let turn = 0; turn < seeks; turn += 1) {
    await startAt(page, 'Oldest')
    await page.waitForFunction(keyShown, keyOf(0))
    const from = { from: 'pointerup', condition: keyShown, argument: keyOf(count - 1) }
    await page.getByRole('combobox', { name: 'Start at' }).click()
    newest.push(await shownAfter(page, from, () => page.getByRole('option', { name: 'Newest' }).click()))
  }
  figures.times('newest 200 on the screen', newest, seekWithinMs)
  const times = []
  await startAt(page, 'At time')
  const box = page.getByRole('textbox', { name: 'Time', exact: true })
  for (let turn = 0; turn < seeks; turn += 1) {
    const index = Math.floor(count * (0.2 + (0.6 * turn) / seeks))
    await box.fill(String(Math.floor(fromMs + (index * (toMs - fromMs - 400_000)) / count)))
    const wanted = { from: 'keydown', condition: keyShown, argument: keyOf(index) }
    times.push(await shownAfter(page, { ...wanted, condition: rowsChanged }, () => box.press('Enter')))
  }
  figures.times('time seek into the middle, until other rows are on the screen', times, seekWithinMs)
}

/** First row of the list is another than when this was asked first. */
const rowsChanged = () => {
  const row = document.querySelector(
    '[role=tabpanel]:not([hidden]) [role=grid][aria-label=Messages] [role=row][aria-rowindex]:not(:has([role=columnheader]))',
  )
  const text = row?.textContent ?? ''
  globalThis.benchFirst ??= text
  if (text === '' || text === globalThis.benchFirst) return false
  globalThis.benchFirst = undefined
  return true
}

const scanBar = page => page.getByRole('search', { name: 'Scan topic' })
const strip = page => page.getByRole('group', { name: 'Scan', exact: true })
const stripSays = words => document.querySelector('[role=group][aria-label=Scan]')?.textContent?.includes(words) === true

async function measureScans(page, figures, { count }, { isForeign, processId }) {
  await startAt(page, 'Oldest')
  const text = scanBar(page).getByRole('textbox', { name: 'Text to find' })
  await text.fill('needle-')
  const firstMs = await shownAfter(page, { from: 'keydown', condition: keyShown, argument: 'A-0000000' }, () =>
    text.press('Enter'),
  )
  figures.atMost('scan: from Enter to the first hit on the screen', firstMs, 'ms', 300)
  await done(page)
  const cpuBefore = cpuSeconds([processId])
  const tookMs = await shownAfter(page, { from: 'keydown', condition: stripSays, argument: 'whole range was read' }, () =>
    again(page, () => text.press('Enter')),
  )
  figures.atLeast('scan for a rare string', count / (tookMs / 1_000), 'records/s', isForeign ? 1_000_000 : 1_500_000)
  tellCost(figures, 'scan for a rare string', count, cpuSeconds([processId]) - cpuBefore)
  const found = 1 + Math.floor((count + 234_567) / 1_000_000)
  const told = Number(
    /([\d,]+) found/.exec(
      await page
        .getByRole('status')
        .filter({ hasText: /found$/ })
        .innerText(),
    )?.[1],
  )
  figures.equal('scan: found of what there is', told, '', found)
  await measureExpression(page, figures, count, processId, 'one field', 'value.total < 0')
  await measureExpression(page, figures, count, processId, 'two fields', "value.status === 'gone' || value.total < 0")
  await measureExpression(page, figures, count, processId, 'the whole value', 'Object.keys(value).length === 0')
  await typed(page, 'value.total < 0')
  await scanButton(page).click()
  await page
    .getByRole('contentinfo')
    .getByText(/scanning/)
    .first()
    .waitFor()
  await page.waitForFunction(() => /[1-9]\d* %/.test(document.querySelector('[role=group][aria-label=Scan]')?.textContent ?? ''))
  const cancel = page.getByRole('button', { name: 'Cancel scan', exact: true })
  const cancelMs = await shownAfter(page, { from: 'click', condition: stripSays, argument: 'cancelled' }, () => cancel.click())
  figures.atMost('scan: cancel', cancelMs, 'ms', 100)
}

const done = page => page.waitForFunction(stripSays, 'whole range was read', { timeout: 600_000 })
const scanButton = page => page.getByRole('button', { name: 'Scan', exact: true })

/** Also says so on the screen that the one before is over, so that its end is not taken for that of the next. */
async function again(page, act) {
  await strip(page).getByRole('button', { name: 'Close scan' }).click()
  await strip(page).waitFor({ state: 'detached' })
  await act()
}

/** On a machine with other work the time that passes tells little; what the app (embedded brokers too) takes of its processors does. */
export const tellCost = (figures, what, count, cpuSecondsTaken) =>
  figures.plain(`${what}: processor time for 1,000,000`, (cpuSecondsTaken / count) * 1_000_000, 's')

async function measureExpression(page, figures, count, processId, what, expression) {
  await typed(page, expression)
  const cpuBefore = cpuSeconds([processId])
  const tookMs = await shownAfter(
    page,
    { from: 'pointerup', condition: stripSays, argument: 'whole range was read' },
    async () => {
      await strip(page)
        .getByRole('button', { name: 'Close scan' })
        .evaluate(button => button.click())
      await strip(page).waitFor({ state: 'detached' })
      await scanButton(page).click()
    },
  )
  const rate = count / (tookMs / 1_000)
  if (what === 'the whole value') figures.plain(`JavaScript filter, ${what}`, rate, 'records/s')
  else figures.atLeast(`JavaScript filter, ${what}`, rate, 'records/s', 300_000)
  tellCost(figures, `JavaScript filter, ${what}`, count, cpuSeconds([processId]) - cpuBefore)
}

async function typed(page, expression) {
  const kind = scanBar(page).getByRole('combobox', { name: 'Kind of filter' })
  if ((await kind.innerText()) !== 'JavaScript') {
    await kind.click()
    await page.getByRole('option', { name: 'JavaScript' }).click()
  }
  await scanBar(page).locator('.monaco-editor').first().click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(expression)
  await page.keyboard.press('Escape')
}
