import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BrowserWindow, Menu, app, dialog } from 'electron'
import { parseServeOptions } from '../command-line.ts'
import { openIpcDoor } from './ipc-door.ts'
import { keychainSecrets } from './keychain-secrets.ts'
import { applicationMenu } from './menu.ts'
import { servePage } from './page.ts'
import { confinePages, openWindow } from './window.ts'
import { windowArguments } from './window-arguments.ts'
import { complain, endWith, messageOf } from '../process-end.ts'
import { openApp } from '../running-app.ts'
import type { RunningApp } from '../running-app.ts'
import { versionOf } from '../package-version.ts'
import { parseOpenTarget } from '../workbench/open-target.ts'

/** The window opens at once, the brokers start beside it. `mainFolder`: where the built entries lie. */
export function startDesktop(mainFolder: string): void {
  let running: RunningApp | undefined
  let isClosed = false
  const ending = endWith(async () => {
    for (const window of BrowserWindow.getAllWindows()) window.hide()
    await running?.close()
    isClosed = true
  })
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', event => {
    if (isClosed) return
    event.preventDefault()
    ending.end(0)
  })
  app
    .whenReady()
    .then(() => start(mainFolder, opened => (running = opened)))
    .catch((error: unknown) => {
      if (ending.isEnding) return
      complain(messageOf(error))
      // Who started it by its icon has no terminal to read.
      if (app.isPackaged && !process.stderr.isTTY) dialog.showErrorBox('Brokerbench cannot start', messageOf(error))
      ending.end(1)
    })
}

async function start(mainFolder: string, onOpened: (app: RunningApp) => void): Promise<void> {
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
  onOpened(opened)
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
