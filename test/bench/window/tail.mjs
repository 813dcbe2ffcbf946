// A live tail under 50,000 records a second: all of them counted, memory within its cap, frames kept.
import { setTimeout as wait } from 'node:timers/promises'
import { framesDuring, memoryOf, openPage } from './browser.mjs'
import { openTopic, startAt } from './records.mjs'

const rendererMegabytesMax = 250

export async function measureTail(browser, cluster, figures, { load, topic, perSecond, minutes }) {
  figures.heading(`live tail at ${perSecond} records/s for ${minutes} min`)
  await load('rate', cluster.bootstrap, topic, 10, 1)
  const page = await openPage(browser, cluster.workbench)
  await openTopic(page, topic)
  await startAt(page, 'Live')
  const bar = page.getByRole('group', { name: 'Live tail' })
  await bar.getByText('live', { exact: true }).waitFor()
  let sent
  const frames = await framesDuring(page, async () => {
    sent = await load('rate', cluster.bootstrap, topic, perSecond, Math.round(minutes * 60))
  })
  const sampled = await page.getByText(/of [\d,]+ shown/).isVisible()
  const arrived = async () => Number(/([\d,]+) arrived/.exec(await bar.innerText())?.[1].replaceAll(',', ''))
  for (let turn = 0; turn < 50 && (await arrived()) < sent.sent - sent.failed; turn += 1) await wait(100)
  figures.atLeast('records sent', sent.perSecond, 'records/s', perSecond * 0.98)
  figures.equal('records that the cluster refused', sent.failed, '', 0)
  figures.equal('records that arrived', await arrived(), '', sent.sent - sent.failed)
  figures.atLeast('frames', frames.perSecond, '/s', 58)
  figures.plain('longest time without a frame', frames.longestGapMs, 'ms')
  figures.equal('sampling said on the screen', Number(sampled), '', 1)
  const { heapMb, processMb } = await memoryOf(page)
  figures.plain('memory of the page, heap', heapMb, 'MB')
  figures.atMost('memory of the renderer', processMb, 'MB', rendererMegabytesMax)
  await page.context().close()
}
