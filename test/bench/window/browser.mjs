// One page of a real Chromium, and what can be measured of it: tasks of its main thread, memory, frames, and the time from something a
// person does until its effect is on the screen.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium } from '../../setup/requirements.mjs'

const size = { width: 1440, height: 900 }
/** What a person does has its effect on the screen within so long, or the figure is none. */
const shownWithinMs = 300_000

export async function openBrowser() {
  const found = findChromium(text => process.stdout.write(`${text}\n`))
  if (!found.path) throw new Error(found.reason)
  const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-background-networking', '--disable-sync']
  return await chromium.launch({ executablePath: found.path, args })
}

/** A window of a person who was never here: nothing cached, nothing restored. */
export async function openPage(browser, address) {
  const context = await browser.newContext({ viewport: size, timezoneId: 'UTC' })
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  if (address !== undefined) await page.goto(address)
  return page
}

/** Tasks of the page's main thread while `act` runs, with their wall time and their time on a processor. */
export async function traced(page, act) {
  const browser = page.context().browser()
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', '__metadata'] })
  let bytes
  try {
    await act()
  } finally {
    bytes = await browser.stopTracing()
  }
  const { traceEvents } = JSON.parse(bytes.toString())
  const mains = new Set(
    traceEvents
      .filter(event => event.name === 'thread_name' && event.args?.name === 'CrRendererMain')
      .map(event => `${event.pid}/${event.tid}`),
  )
  return traceEvents
    .filter(event => event.ph === 'X' && event.name === 'RunTask' && mains.has(`${event.pid}/${event.tid}`))
    .map(event => ({ wallMs: event.dur / 1_000, cpuMs: (event.tdur ?? event.dur) / 1_000 }))
}

/**
 * Milliseconds from the event `from` (`click`, `keydown`, …) to the frame that shows what `condition` looks for, both told by the page
 * itself. `condition` runs in the page, with `argument`. Throws when it does not come true within five minutes.
 */
export async function shownAfter(page, { from, condition, argument }, act) {
  const source = `(${watchFor})(${JSON.stringify(from)}, ${condition}, ${JSON.stringify(argument ?? null)}, ${shownWithinMs})`
  await page.evaluate(source)
  await act()
  return await page.evaluate(() => globalThis.benchShown)
}

function watchFor(from, condition, argument, withinMs) {
  globalThis.benchShown = new Promise((resolve, reject) => {
    const begin = event => {
      // Of the event itself: what a busy page takes to come to it counts.
      const startedAt = event.timeStamp
      const look = () => {
        if (performance.now() - startedAt > withinMs) return void reject(new Error(`not on the screen after ${withinMs} ms`))
        if (!condition(argument)) return void requestAnimationFrame(look)
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - startedAt)))
      }
      look()
    }
    addEventListener(from, begin, { capture: true, once: true })
  })
  // Whoever asks for it hears of it.
  globalThis.benchShown.catch(() => undefined)
}

/** Frames while `act` runs: how many a second, and the longest time without one. */
export async function framesDuring(page, act) {
  await page.evaluate(() => {
    const frames = { times: [], goes: true }
    globalThis.benchFrames = frames
    const next = now => {
      frames.times.push(now)
      if (frames.goes) requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })
  await act()
  const times = await page.evaluate(() => {
    globalThis.benchFrames.goes = false
    return globalThis.benchFrames.times
  })
  const gaps = times.slice(1).map((time, index) => time - times[index])
  const seconds = (times.at(-1) - times[0]) / 1_000
  return { perSecond: (times.length - 1) / seconds, longestGapMs: Math.max(...gaps) }
}

/** After a collection: the heap of the page, and what its process holds of the machine. */
export async function memoryOf(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  await session.send('Performance.enable')
  const { metrics } = await session.send('Performance.getMetrics')
  const heap = metrics.find(metric => metric.name === 'JSHeapUsedSize').value
  await session.detach()
  return { heapMb: heap / 1e6, processMb: await processMegabytes(page) }
}

async function processMegabytes(page) {
  const browser = await page.context().browser().newBrowserCDPSession()
  const { processInfo } = await browser.send('SystemInfo.getProcessInfo')
  await browser.detach()
  const sizes = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => privateMegabytes(id))
  return Math.max(0, ...sizes)
}

/** Proportional share of what is shared, as far as this system tells. */
function privateMegabytes(processId) {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${processId}/smaps_rollup`, 'utf8'))[1]) / 1_000
  } catch {
    return 0
  }
}

export function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-window-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
