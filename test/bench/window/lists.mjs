// 10,000 topics and 2,000 groups: how soon the lists can be used, what refreshing them costs the window, what they hold.
import { setTimeout as wait } from 'node:timers/promises'
import { memoryOf, openPage, shownAfter, traced } from './browser.mjs'

const firstWithinMs = 1_000
const refreshedMs = 15_000
const rendererMegabytesMax = 250
const opens = 5
const countedWithinMs = 300_000
const loadedWithinMs = 120_000

export async function measureLists(browser, cluster, figures, { topicCount, groupCount }) {
  figures.heading(`${topicCount} topics, ${groupCount} groups`)
  const page = await openPage(browser, cluster.workbench)
  await page.getByRole('tree').waitFor()
  await page.getByText(/[1-9] of \d brokers/).waitFor()
  for (const [list, count] of [
    ['Topics', topicCount],
    ['Groups', groupCount],
  ]) {
    figures.atMost(`${list}: from the click to the first rows`, await clickTo(page, list), 'ms', firstWithinMs)
    await allCounted(page, list, count)
    const times = []
    for (let turn = 0; turn < opens; turn += 1) times.push(await loadedTo(page, cluster, list))
    figures.times(`${list}: from the address to the first rows, app included`, times, firstWithinMs)
    await page.getByRole('tree').getByText(list, { exact: true }).first().click()
    figures.tasks(`${list}: while it refreshes`, await traced(page, () => wait(refreshedMs)))
  }
  const { heapMb, processMb } = await memoryOf(page)
  figures.plain('memory of the page, heap', heapMb, 'MB')
  figures.atMost('memory of the renderer', processMb, 'MB', rendererMegabytesMax)
  await page.context().close()
}

const rowsShown = list => document.querySelectorAll(`[role=grid][aria-label=${list}] [role=row]`).length > 20

const clickTo = (page, list) =>
  shownAfter(page, { from: 'click', condition: rowsShown, argument: list }, () =>
    page.getByRole('tree').getByText(list, { exact: true }).first().click(),
  )

async function allCounted(page, list, count) {
  const grid = page.getByRole('grid', { name: list })
  const endsAt = performance.now() + countedWithinMs
  while (Number(await grid.getAttribute('aria-rowcount')) < count) {
    if (performance.now() > endsAt) throw new Error(`${list}: not all ${count} listed after ${countedWithinMs} ms`)
    await wait(200)
  }
}

/** A window opened anew on the tab that was open last. */
async function loadedTo(page, cluster, list) {
  const second = await page.context().newPage()
  await second.goto(cluster.workbench, { waitUntil: 'commit' })
  const shownMs = await second.evaluate(
    ({ source, argument, withinMs }) =>
      new Promise((resolve, reject) => {
        const isShown = new Function(`return (${source})`)()
        const look = () => {
          if (performance.now() > withinMs) return void reject(new Error(`no rows ${withinMs} ms after the start of the page`))
          if (isShown(argument)) requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
          else requestAnimationFrame(look)
        }
        look()
      }),
    { source: String(rowsShown), argument: list, withinMs: loadedWithinMs },
  )
  await second.close()
  return shownMs
}
