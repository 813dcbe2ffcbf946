import { expect, type Locator, type Page } from '@playwright/test'

/** The workbench as a person meets it: by role and name, whatever the door. Every step waits until its effect is on screen. */
export interface Workbench {
  readonly page: Page
  openOverview(): Promise<void>
  createTopic(topic: string, partitions: number): Promise<void>
  openMessages(topic: string): Promise<void>
  /** Through the Produce screen; resolves with the acknowledgement on screen. */
  produce(topic: string, record: { key: string; value: string }): Promise<void>
  startAt(choice: 'Newest' | 'Oldest' | 'Live' | 'At offset' | 'At time', argument?: string): Promise<void>
  openGroup(group: string): Promise<void>
}

export function workbench(page: Page): Workbench {
  const tree = page.getByRole('tree')
  return {
    page,
    async openOverview() {
      await tree.getByText('Overview', { exact: true }).first().click()
      await expect(brokerRows(page)).toHaveCount(3)
    },
    async createTopic(topic, partitions) {
      await tree.getByText('Topics', { exact: true }).first().click()
      await page.getByRole('button', { name: 'Create topic' }).first().click()
      const dialog = page.getByRole('dialog', { name: 'Create topic' })
      await dialog.getByRole('textbox', { name: 'Topic name' }).fill(topic)
      await dialog.getByLabel('Partitions').fill(String(partitions))
      await dialog.getByRole('button', { name: 'Create topic' }).click()
      await expect(dialog).toBeHidden()
    },
    async openMessages(topic) {
      await tree.getByText(topic, { exact: true }).first().click()
      await page.getByRole('tab', { name: 'Messages' }).click()
      await expect(messagesTable(page)).toBeVisible()
    },
    async produce(topic, record) {
      await tree.getByText(topic, { exact: true }).first().click()
      await page.getByRole('button', { name: 'Produce' }).first().click()
      await page.getByRole('textbox', { name: 'Key' }).fill(record.key)
      await page.getByRole('textbox', { name: 'Value' }).fill(record.value)
      await page.getByRole('button', { name: 'Send record' }).click()
      await expect(page.getByText(/offset \d+/i).first()).toBeVisible()
    },
    async startAt(choice, argument) {
      await page.getByRole('combobox', { name: 'Start at' }).click()
      await page.getByRole('option', { name: choice }).click()
      if (argument === undefined) return
      const box = page.getByRole('textbox', { name: choice === 'At time' ? 'Time' : 'Offset' })
      await box.fill(argument)
      await box.press('Enter')
    },
    async openGroup(group) {
      await tree.getByText('Groups', { exact: true }).first().click()
      await page.getByRole('row').filter({ hasText: group }).first().dblclick()
      await expect(page.getByRole('region', { name: 'Lag' })).toBeVisible()
    },
  }
}

export const brokerRows = (page: Page): Locator =>
  page
    .getByRole('table', { name: 'Brokers' })
    .getByRole('row')
    .filter({ hasText: /127\.0\.0\.1/ })
export const messagesTable = (page: Page): Locator => page.getByRole('grid', { name: 'Messages' })
export const recordRows = (page: Page): Locator => messagesTable(page).getByRole('row')
export const inspector = (page: Page): Locator => page.getByRole('region', { name: 'Inspector' })

/**
 * By how much a list scrolls sideways, and what of it is cut, in a window of 1,280 pixels, of which 10 go to a scroll bar that headless
 * browsers do not draw.
 */
export async function inNarrowWindow(page: Page, list: Locator): Promise<{ sidewaysPx: number; cut: string[] }> {
  const before = page.viewportSize()
  await page.setViewportSize({ width: 1_270, height: 800 })
  const sidewaysPx = await list.evaluate(element => element.scrollWidth - element.clientWidth)
  const texts = list.locator('[data-column], [role=columnheader] span')
  const cut = await texts.evaluateAll(all =>
    all.filter(it => it.scrollWidth > it.clientWidth && it.clientWidth > 0).map(it => it.textContent),
  )
  if (before !== null) await page.setViewportSize(before)
  return { sidewaysPx, cut }
}

/** What an action leaves in the clipboard, which arrives a moment after it. */
export async function copiedText(page: Page, action: () => Promise<void>): Promise<string> {
  await page.evaluate(() => navigator.clipboard.writeText(''))
  await action()
  const read = () => page.evaluate(() => navigator.clipboard.readText())
  await expect.poll(read).not.toBe('')
  return await read()
}
