import { BrowserWindow, app, nativeTheme, session } from 'electron'
import { isOwnPage, pageAddress } from './page.ts'

/** Colours of the empty window before the page has painted; as in the renderer's tokens. */
const background = { dark: '#16181d', light: '#ffffff' }

export interface WindowFiles {
  readonly preload: string
  readonly icon: string | undefined
}

export function openWindow(files: WindowFiles, report: (error: unknown, where: string) => void): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Brokerbench',
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
    ...(files.icon === undefined ? {} : { icon: files.icon }),
    webPreferences: {
      preload: files.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  window.webContents.on('render-process-gone', (_event, details) => {
    report(new Error(`the window's process ended: ${details.reason}`), 'window')
    if (details.reason !== 'clean-exit') window.reload()
  })
  window.loadURL(pageAddress).catch((error: unknown) => report(error, 'page'))
  return window
}

/** Rules for every page of this app, whoever opens one: it stays where it is, opens nothing and gets no permission but copying. */
export function confinePages(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', event => {
      if (!isOwnPage(event.url)) event.preventDefault()
    })
    contents.on('will-attach-webview', event => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
  const allowed = (permission: string) => permission === 'clipboard-sanitized-write'
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed(permission)))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => allowed(permission))
}
