// Everything of a large topic into one file: how fast, and with how much memory.
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { cpuSeconds, residentMegabytes } from '../cluster.mjs'
import { openPage, shownAfter } from './browser.mjs'
import { openTopic, tellCost, topic } from './records.mjs'

export async function measureExport(browser, cluster, figures, { count }) {
  figures.heading(`export of ${count} records to JSONL`)
  const page = await openPage(browser, cluster.workbench)
  await openTopic(page, topic)
  await page.getByRole('button', { name: 'Export and import' }).click()
  await page.getByRole('menuitem', { name: 'Export…' }).click()
  const dialog = page.getByRole('dialog', { name: `Export ${topic}` })
  await dialog.getByRole('radio', { name: 'The whole topic' }).check()
  await dialog.getByRole('combobox', { name: 'Format' }).click()
  await page.getByRole('option', { name: /^JSON/ }).first().click()
  await dialog.getByRole('textbox', { name: 'File' }).fill(join(cluster.dataFolder, 'bench.jsonl'))
  const before = residentMegabytes([cluster.processId])
  const memory = { peak: before, goes: true }
  const watching = watch(cluster.processId, memory)
  const cpuBefore = cpuSeconds([cluster.processId])
  const tookMs = await shownAfter(page, { from: 'click', condition: isWritten }, () =>
    dialog.getByRole('button', { name: 'Export', exact: true }).click(),
  )
  memory.goes = false
  await watching
  figures.atLeast('export to JSONL', count / (tookMs / 1_000), 'records/s', 300_000)
  tellCost(figures, 'export to JSONL', count, cpuSeconds([cluster.processId]) - cpuBefore)
  figures.atMost('memory that it took beyond what was there', memory.peak - before, 'MB', 512)
  await page.context().close()
}

const isWritten = () => [...document.querySelectorAll('[role=dialog] button')].some(button => button.textContent === 'Done')

async function watch(processId, memory) {
  while (memory.goes) {
    memory.peak = Math.max(memory.peak, residentMegabytes([processId]))
    await wait(100)
  }
}
