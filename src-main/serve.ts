import { join } from 'node:path'
import { brokersInThreads, brokerThreadEntry } from './cluster-host/broker-thread.ts'
import { brokersUsual } from './cluster-host/cluster-shape.ts'
import { CommandLineError, parseServeOptions } from './command-line.ts'

/** `brokerbench serve`: the cluster and its browser door (or, with `--open`, the door on another cluster). */
const threads = brokersInThreads(join(import.meta.dirname, brokerThreadEntry))
try {
  const { brokers, open } = parseServeOptions(process.argv.slice(2))
  // On another core, while this one loads what follows.
  if (open === undefined) threads.prepare(brokers ?? brokersUsual)
} catch {
  // Said below.
}
const { serveBrowserDoor } = await import('./serve-browser-door.ts')
const { parseOpenTarget } = await import('./workbench/open-target.ts')
await serveBrowserDoor(
  import.meta.dirname,
  () => {
    const options = parseServeOptions(process.argv.slice(2))
    if (options.open !== undefined && !options.ui) throw new CommandLineError('--open without the workbench would do nothing')
    return { ...options, open: options.open === undefined ? undefined : parseOpenTarget(options.open) }
  },
  threads,
)
