import { CommandLineError, parseServeOptions } from './command-line.ts'
import { serveBrowserDoor } from './serve-browser-door.ts'
import { parseOpenTarget } from './workbench/open-target.ts'

/** `brokerbench open DIR|HOST:PORT`: the browser door on another cluster, or on a log directory, read only. */
await serveBrowserDoor(import.meta.dirname, () => {
  const [target, ...rest] = process.argv.slice(2)
  if (target === undefined || target.startsWith('--')) throw new CommandLineError('open needs a DIR or HOST:PORT')
  return { ...parseServeOptions(rest), ui: true, open: parseOpenTarget(target) }
})
