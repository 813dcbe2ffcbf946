import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BrowserWindow, Menu, app, dialog } from 'electron'
import { parseServeOptions } from './command-line.ts'
import { openIpcDoor } from './desktop/ipc-door.ts'
import { keychainSecrets } from './desktop/keychain-secrets.ts'
import { applicationMenu } from './desktop/menu.ts'
import { declarePageScheme, servePage } from './desktop/page.ts'
import { confinePages, openWindow } from './desktop/window.ts'
import { windowArguments } from './desktop/window-arguments.ts'
import { complain, endWith, messageOf } from './process-end.ts'
import { openApp } from './running-app.ts'
import type { RunningApp } from './running-app.ts'
import { versionOf } from './package-version.ts'
import { parseOpenTarget } from './workbench/open-target.ts'

/**
 * The desktop app: the window opens at once, the brokers start beside it. Nothing is awaited at the top level, because Electron is
 * ready only when this module has run.
 */
const mainFolder = import.meta.dirname
let running: RunningApp | undefined
let isClosed = false
const ending = endWith(close)

declarePageScheme()
app.enableSandbox()
app.on('window-all-closed', () => app.quit())
app.on('before-quit', event => {
  if (isClosed) return
  event.preventDefault()
  ending.end(0)
})
app
  .whenReady()
  .then(start)
  .catch((error: unknown) => {
    if (ending.isEnding) return
    complain(messageOf(error))
    // Who started it by its icon has no terminal to read.
    if (app.isPackaged && !process.stderr.isTTY) dialog.showErrorBox('Brokerbench cannot start', messageOf(error))
    ending.end(1)
  })

async function start(): Promise<void> {
  const options = parseServeOptions(windowArguments(process.argv.slice(1)))
  Menu.setApplicationMenu(applicationMenu(process.platform))
  confinePages()
  servePage(join(mainFolder, '..', 'renderer'))
  const opened = await openApp({
    ...options,
    open: options.open === undefined ? undefined : parseOpenTarget(options.open),
    door: 'desktop',
    version: versionOf(mainFolder),
    runtime: `Node ${process.versions.node} · Electron ${process.versions['electron']}`,
    mainFolder,
    secrets: keychainSecrets(join(app.getPath('userData'), 'secrets.json'), complain),
  })
  running = opened
  openIpcDoor(opened.answer)
  const icon = join(mainFolder, '..', '..', 'assets', 'icon.png')
  const files = { preload: join(mainFolder, '..', 'preload', 'preload.cjs'), icon: existsSync(icon) ? icon : undefined }
  const report = (error: unknown, where: string) => complain(`${where}: ${messageOf(error)}`)
  openWindow(files, report)
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow(files, report)
  })
  // The window shows what did not start; the others go on.
  await opened.startCluster().catch((error: unknown) => opened.notices.tell('error', 'Cluster', messageOf(error), 'local'))
  await opened.loadWorkbench()
}

async function close(): Promise<void> {
  for (const window of BrowserWindow.getAllWindows()) window.hide()
  await running?.close()
  isClosed = true
}
