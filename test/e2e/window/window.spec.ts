import { expect, test } from '@playwright/test'
import { brokerRows, workbench } from '../workbench.ts'
import { startDesktop, type Desktop } from './desktop.ts'

let desktop: Desktop
test.beforeAll(async () => {
  desktop = await startDesktop()
})
test.afterAll(() => desktop.close())

test('the window opens on three running brokers', async () => {
  await expect(brokerRows(desktop.page)).toHaveCount(3)
  await expect(desktop.page.getByText('3 of 3 brokers')).toBeVisible()
})

test('create a topic, produce, seek by time, inspect: in real Electron', async () => {
  const bench = workbench(desktop.page)
  await bench.createTopic('window-orders', 3)
  await bench.produce('window-orders', { key: 'A-1', value: '{"id":"A-1","total":9007199254740993}' })
  await bench.openMessages('window-orders')
  await bench.startAt('At time', '-15m')
  const row = desktop.page.getByRole('grid', { name: 'Messages' }).getByRole('row').filter({ hasText: 'A-1' })
  await row.first().click()
  await expect(desktop.page.getByRole('region', { name: 'Inspector' })).toContainText('9007199254740993')
})

test('the page has no Node, stays where it is and opens nothing', async () => {
  const { app, page } = desktop
  const globals = await page.evaluate(() =>
    ['require', 'process', 'module', 'global', 'Buffer'].filter(name => name in globalThis),
  )
  expect(globals).toEqual([])
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>
    }
    const { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity } = contents.getLastWebPreferences()
    return { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity }
  })
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false })
  expect(preferences['webSecurity']).not.toBe(false)
  const address = page.url()
  await page.evaluate(() => {
    window.open('https://example.invalid/')
    location.href = 'https://example.invalid/'
  })
  await expect.poll(() => app.windows().length).toBe(1)
  expect(page.url()).toBe(address)
})

test('nothing of the page may come from elsewhere, and no script may be made of text', async () => {
  const { page } = desktop
  const fetched = await page.evaluate(() =>
    fetch('https://example.invalid/').then(
      () => 'fetched',
      () => 'refused',
    ),
  )
  const permission = await page.evaluate(async () => (await navigator.permissions.query({ name: 'geolocation' })).state)
  await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.ranInline = true'
    document.body.append(script)
    // Runs on its own, so that the page's policy judges it and not the debugger's.
    setTimeout('window.ranText = true', 0)
  })
  await page.evaluate(() => new Promise(resolve => setTimeout(resolve, 50)))
  const ran = await page.evaluate(() => ['ranInline', 'ranText'].filter(name => name in window))
  expect({ fetched, permission, ran }).toEqual({ fetched: 'refused', permission: 'denied', ran: [] })
})

test('a reload finds the same tabs again', async () => {
  const { page } = desktop
  await page.reload()
  await expect(page.getByRole('navigation', { name: 'Open tabs' }).getByText('window-orders', { exact: true })).toBeVisible()
})
