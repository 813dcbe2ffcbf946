import { join } from 'node:path'
import type { BrokerThreads } from './cluster-host/broker-thread.ts'
import { CommandLineError } from './command-line.ts'
import type { ServeOptions } from './command-line.ts'
import { versionOf } from './package-version.ts'
import { complain, endWith, messageOf } from './process-end.ts'
import { openApp } from './running-app.ts'
import type { RunningApp } from './running-app.ts'
import { sessionSecrets } from './settings/secret-store.ts'
import type { WebDoor } from './web/web-door.ts'
import type { OpenTarget } from './workbench/open-target.ts'

/** Where the browser door listens unless told otherwise; when that is taken, on any free port. */
const usualUiPort = 9080

export type DoorOptions = Omit<ServeOptions, 'open'> & { readonly open: OpenTarget | undefined }

/**
 * Runs until a signal. One `ready` line on stdout when every broker serves; what keeps it from starting is one line on stderr and
 * status 1 (2 when the command line itself is wrong).
 */
export async function serveBrowserDoor(mainFolder: string, parse: () => DoorOptions, threads?: BrokerThreads): Promise<void> {
  let app: RunningApp | undefined
  let door: WebDoor | undefined
  const ending = endWith(async () => {
    await Promise.all([door?.close(), app?.close()])
  })
  try {
    const options = parse()
    const runtime = `Node ${process.versions.node}`
    const version = versionOf(mainFolder)
    app = await openApp({ ...options, door: 'browser', version, runtime, mainFolder, secrets: sessionSecrets(), threads })
    const opening = options.ui ? openDoor(options.uiPort, mainFolder, app) : undefined
    // Beside each other; whichever fails ends both.
    const starting = app.startCluster()
    starting.catch(() => undefined)
    door = await opening
    await starting
    process.stdout.write(`${readyLine(app, door)}\n`)
    if (options.ui) await app.loadWorkbench()
  } catch (error) {
    // Being stopped while still starting is no failure.
    if (!ending.isEnding) complain(messageOf(error))
    ending.end(error instanceof CommandLineError ? 2 : 1)
  }
}

function readyLine(app: RunningApp, door: WebDoor | undefined): string {
  const parts = ['ready']
  if (app.cluster !== undefined) parts.push(`bootstrap=${app.cluster.host.bootstrap}`)
  if (door !== undefined) parts.push(`workbench=${door.url}`)
  return parts.join(' ')
}

async function openDoor(asked: number | undefined, mainFolder: string, app: RunningApp): Promise<WebDoor> {
  const { openWebDoor } = await import('./web/web-door.ts')
  const open = (port: number) =>
    openWebDoor({
      root: join(mainFolder, '..', 'renderer'),
      port,
      onPort: app.answer,
      report: (error, where) => complain(`internal error in ${where}: ${messageOf(error)}`),
    })
  try {
    return await open(asked ?? usualUiPort)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    if (asked !== undefined) throw new Error(`port ${asked} on 127.0.0.1 is taken by another program`, { cause: error })
    return await open(0)
  }
}
