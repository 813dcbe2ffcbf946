// A compacted topic from its oldest record, and a value of 10 MB that opens while the list scrolls.
import { framesDuring, openPage, shownAfter, traced } from './browser.mjs'
import { openTopic, startAt } from './records.mjs'

const turns = 5

export async function measureCompacted(browser, cluster, figures, topic) {
  figures.heading('a compacted topic of 17 MB')
  const page = await openPage(browser, cluster.workbench)
  await openTopic(page, topic)
  const times = []
  for (let turn = 0; turn < turns; turn += 1) {
    await startAt(page, 'Newest')
    await page.waitForFunction(newestShown)
    await page.getByRole('combobox', { name: 'Start at' }).click()
    const shown = { from: 'pointerup', condition: oldestShown }
    times.push(await shownAfter(page, shown, () => page.getByRole('option', { name: 'Oldest' }).click()))
  }
  figures.times('from the oldest, rows on the screen', times, 300)
  await page.context().close()
}

const newestShown = () => {
  const cells = [...document.querySelectorAll('[role=grid][aria-label=Messages] [role=gridcell]')]
  return cells.length > 0 && !cells.some(cell => cell.textContent === 'P-0')
}

const oldestShown = () =>
  [...document.querySelectorAll('[role=grid][aria-label=Messages] [role=gridcell]')].some(cell => cell.textContent === 'P-0')

export async function measureLargeValue(browser, cluster, figures, topic) {
  figures.heading('a JSON value of 10 MB')
  const page = await openPage(browser, cluster.workbench)
  await openTopic(page, topic)
  const times = []
  const tasks = []
  let frames
  for (let turn = 0; turn < turns; turn += 1) {
    await page.getByRole('button', { name: 'Read again' }).click()
    const row = page.getByRole('grid', { name: 'Messages' }).getByRole('row').filter({ hasText: 'large' }).first()
    await row.waitFor()
    const openIt = () =>
      shownAfter(page, { from: 'pointerup', condition: textShown }, async () => {
        await row.click()
        await scroll(page)
      })
    if (turn === 0) times.push(await openIt())
    else if (turn === 1) frames = await framesDuring(page, async () => times.push(await openIt()))
    else tasks.push(...(await traced(page, async () => times.push(await openIt()))))
    await page.getByRole('region', { name: 'Inspector' }).getByRole('button', { name: /close/i }).first().click()
  }
  figures.atMost('opens, first time (with the editor)', times[0], 'ms', 1_000)
  figures.times('opens', times.slice(1), 1_000)
  figures.tasks('while it opens and the list scrolls', tasks)
  figures.plain('frames meanwhile', frames.perSecond, '/s')
  figures.plain('longest time without one', frames.longestGapMs, 'ms')
  await measureScrolling(page, figures)
  await page.context().close()
}

const textShown = () => /"ledger"/.test(document.querySelector('[aria-label=Inspector] .view-lines')?.textContent ?? '')

async function scroll(page, steps = 20) {
  const box = await page.getByRole('grid', { name: 'Messages' }).boundingBox()
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  for (let step = 0; step < steps; step += 1) {
    await page.mouse.wheel(0, -240)
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
}

/** Fifteen seconds up and down through thousands of rows. */
async function measureScrolling(page, figures) {
  await startAt(page, 'Oldest')
  const endsAt = performance.now() + 15_000
  const through = async () => {
    const box = await page.getByRole('grid', { name: 'Messages' }).boundingBox()
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    for (let step = 0; performance.now() < endsAt; step += 1) {
      await page.mouse.wheel(0, step % 200 < 150 ? 400 : -400)
      await page.evaluate(() => new Promise(requestAnimationFrame))
    }
  }
  figures.tasks('scrolling for 15 s', await traced(page, through))
}
