#!/usr/bin/env node
// The `brokerbench` command: serve, broker, format, open. From a checkout it first sets up what is missing; the package ships built.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuild, ensureDependencies, fail, projectFolder, requireNode } from './steps.mjs'

const usage = `usage: brokerbench <command>

  serve [--brokers N] [--port P] [--data DIR] [--ui-port P | --no-ui] [--override name=value]…
        the cluster and its browser workbench, without a window
  broker --config server.properties [--override name=value]…
        one broker as a process
  format --config server.properties --cluster-id ID [--standalone | --initial-controllers LIST]
         [--release-version V] [--feature name=level]…
        directories of a broker, with the first voters of a new cluster (ID@HOST:PORT:DIRECTORY-ID,…) or to join one; a new cluster has
        the features of the newest release, or of V (4.0)
  open DIR | HOST:PORT
        the workbench on a log directory (read only) or on another cluster
`

requireNode()
const [command, ...args] = process.argv.slice(2)
if (command === undefined || command === 'help' || command === '--help' || command === '-h') {
  process.stdout.write(usage)
  process.exit(command === undefined ? 2 : 0)
}
if (!['serve', 'broker', 'format', 'open'].includes(command)) fail(`brokerbench: no command ${JSON.stringify(command)}\n${usage}`)

const say = text => process.stderr.write(`Brokerbench: ${text}\n`)
ensureDependencies(say)
ensureBuild(say)
const entry = join(projectFolder, 'out', 'main', `${command}.js`)
process.argv = [process.execPath, entry, ...args]
await import(pathToFileURL(entry).href)
