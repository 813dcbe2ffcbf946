import { rmSync } from 'node:fs'
import { _electron as electron, type ElectronApplication, type Page } from '@playwright/test'
import { freePortRun } from '../../helpers/free-ports.ts'
import { newDataFolder, projectFolder, removeDataFolder } from '../../helpers/serve-process.ts'

export interface Desktop {
  readonly app: ElectronApplication
  readonly page: Page
  readonly port: number
  readonly dataFolder: string
  /** Quits as a person does, and removes what it wrote. */
  close(): Promise<void>
}

/** Starts the desktop app as `npm start` does, on free ports and with folders of its own. */
export async function startDesktop(options: { executablePath?: string } = {}): Promise<Desktop> {
  const dataFolder = newDataFolder()
  const profileFolder = newDataFolder()
  const port = await freePortRun(3)
  const executablePath = options.executablePath ?? process.env['BROKERBENCH_ELECTRON']
  if (executablePath === undefined) throw new Error('BROKERBENCH_ELECTRON names no Electron; run these tests with `npm test`')
  const app = await electron.launch({
    executablePath,
    args: [
      // Chromium's sandbox cannot run as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--user-data-dir=${profileFolder}`,
      ...(options.executablePath === undefined ? [projectFolder] : []),
      '--port',
      String(port),
      '--data',
      dataFolder,
    ],
  })
  const page = await app.firstWindow()
  return {
    app,
    page,
    port,
    dataFolder,
    async close() {
      await app.close()
      removeDataFolder(dataFolder)
      rmSync(profileFolder, { recursive: true, force: true })
    },
  }
}
