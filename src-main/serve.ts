import { CommandLineError, parseServeOptions } from './command-line.ts'
import { serveBrowserDoor } from './serve-browser-door.ts'
import { parseOpenTarget } from './workbench/open-target.ts'

/** `brokerbench serve`: the cluster and its browser door (or, with `--open`, the door on another cluster). */
await serveBrowserDoor(import.meta.dirname, () => {
  const options = parseServeOptions(process.argv.slice(2))
  if (options.open !== undefined && !options.ui) throw new CommandLineError('--open without the workbench would do nothing')
  return { ...options, open: options.open === undefined ? undefined : parseOpenTarget(options.open) }
})
