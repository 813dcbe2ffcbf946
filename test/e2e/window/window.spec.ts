import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { projectFolder } from '../../helpers/serve-process.ts'
import { sourceFiles } from '../../tidy/source-files.ts'
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

/** Electron's own security checklist, by its numbers; 2, 3, 4, 13 and 14 are above, 19 (fuses) is in packaged.spec.ts. */
test.describe('security checklist', () => {
  test('1, 7, 18: one page, from an address of its own that is neither file nor remote, under a policy for scripts', async () => {
    const policy = await desktop.page.evaluate(async () => (await fetch(location.origin)).headers.get('Content-Security-Policy'))
    const rules = new Map((policy ?? '').split('; ').map(rule => [rule.split(' ')[0], rule.split(' ').slice(1)]))
    expect(desktop.page.url()).toMatch(/^https:\/\/brokerbench\.invalid\//)
    expect(rules.get('default-src')).toEqual(["'none'"])
    expect(rules.get('script-src')).toEqual(["'self'"])
    expect(rules.get('connect-src')).toEqual(["'self'"])
    for (const name of ['object-src', 'base-uri', 'form-action', 'frame-ancestors']) expect(rules.get(name)).toEqual(["'none'"])
  })

  test('5: every permission is denied', async () => {
    const states = await desktop.page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read', 'persistent-storage']
      const asked = names.map(name => navigator.permissions.query({ name: name as PermissionName }).then(status => status.state))
      return [...new Set(await Promise.all(asked))]
    })
    expect(states).toEqual(['denied'])
    const media = await desktop.page.evaluate(() =>
      navigator.mediaDevices.getUserMedia({ audio: true }).then(
        () => 'given',
        (error: Error) => error.name,
      ),
    )
    expect(media).not.toBe('given')
  })

  test('6, 8, 9, 10, 11: no guard of Chromium is lowered, nothing experimental is on', async () => {
    const preferences = await desktop.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>
      }
      return contents.getLastWebPreferences()
    })
    expect(preferences['webSecurity'] ?? true).toBe(true)
    for (const name of ['allowRunningInsecureContent', 'experimentalFeatures', 'webviewTag', 'nodeIntegrationInSubFrames'])
      expect(preferences[name] ?? false, name).toBe(false)
    expect(preferences['enableBlinkFeatures'] ?? '').toBe('')
  })

  test('12: neither a webview nor a frame comes to be', async () => {
    const { app, page } = desktop
    const contentsBefore = await app.evaluate(({ webContents }) => webContents.getAllWebContents().length)
    const frames = await page.evaluate(async () => {
      for (const [tag, address] of [
        ['webview', 'https://example.invalid/'],
        ['iframe', location.href],
      ] as const) {
        const element = document.createElement(tag)
        element.setAttribute('src', address)
        document.body.append(element)
      }
      await new Promise(resolve => setTimeout(resolve, 200))
      const inside = [...document.querySelectorAll('iframe')].map(frame => frame.contentDocument?.body?.childElementCount ?? 0)
      for (const element of document.querySelectorAll('webview, iframe')) element.remove()
      return inside
    })
    expect(frames).toEqual([0])
    expect(await app.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(contentsBefore)
  })

  test('15, 16: nothing is handed to other programs; Electron is pinned exactly, the same for tests and packages', () => {
    const users = sourceFiles(['src-main', 'src-renderer', 'broker-core']).filter(file => /openExternal|openPath/.test(file.text))
    expect(users.map(file => file.path)).toEqual([])
    const wanted = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
      devDependencies: { electron: string }
    }
    const packaged = /^electronVersion: (\S+)$/m.exec(readFileSync(join(projectFolder, 'electron-builder.yml'), 'utf8'))?.[1]
    expect(wanted.devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/)
    expect(packaged).toBe(wanted.devDependencies.electron)
  })

  test('17: another page that has the same preload and asks for the port of main gets none', async () => {
    const preload = join(projectFolder, 'out', 'preload', 'preload.cjs')
    const answer = await desktop.app.evaluate(async ({ BrowserWindow }, file) => {
      const stranger = new BrowserWindow({
        show: false,
        webPreferences: { preload: file, sandbox: true, contextIsolation: true },
      })
      try {
        const listening = "addEventListener('message', event => (document.title = String(event.data)))"
        await stranger.loadURL(`data:text/html,<title>nothing</title><script>${encodeURIComponent(listening)}</script>`)
        await new Promise(resolve => setTimeout(resolve, 500))
        return await stranger.webContents.executeJavaScript('document.title')
      } finally {
        stranger.destroy()
      }
    }, preload)
    expect(answer).toBe('nothing')
  })

  test('20: the page is given a port and nothing of Electron', async () => {
    const own = await desktop.page.evaluate(() =>
      Object.getOwnPropertyNames(window).filter(name => /electron|ipc|brokerbench/i.test(name)),
    )
    expect(own).toEqual([])
  })
})

test('a reload finds the same tabs again', async () => {
  const { page } = desktop
  await page.reload()
  await expect(page.getByRole('navigation', { name: 'Open tabs' }).getByText('window-orders', { exact: true })).toBeVisible()
})
