// `npm run bench:groups [-- --vs-kafka] [-- --only PART] [-- --verbose]`: groups and transactions on three broker processes, one side at
// a time, with broker-core's own client on both sides, so that hundreds of members and pipelined commits cost the client little. PART is
// part of `life classic`, `life consumer`, `commits`, `transactions`, `members classic`, `members consumer`, `failover`.
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuild, ensureDependencies, projectFolder } from '../../src-main/setup/steps.mjs'
import { startBrokerProcesses } from '../helpers/broker-processes.mjs'
import { buildTool } from './build-tool.mjs'
import { residentMegabytes, startKafka } from './cluster.mjs'
import { failed, report } from './report.mjs'

const say = text => process.stdout.write(`${text}\n`)
/** The same on both sides: a member that died is missed after six seconds, and members of the new protocol are heard every second. */
const properties = {
  'group.consumer.min.session.timeout.ms': 6000,
  'group.consumer.session.timeout.ms': 6000,
  'group.consumer.min.heartbeat.interval.ms': 1000,
  'group.consumer.heartbeat.interval.ms': 1000,
}

ensureDependencies(say)
ensureBuild(say)
const folder = mkdtempSync(join(projectFolder, 'node_modules', '.brokerbench-bench-'))
try {
  const file = await buildTool('test/bench/groups-figures.ts', folder, 'figures.mjs')
  const { measureGroups } = await import(pathToFileURL(file).href)
  const mine = await measure(await ours(), measureGroups)
  const theirs = process.argv.includes('--vs-kafka') ? await measureKafka(measureGroups).catch(failed('apache-kafka')) : undefined
  report('three broker processes, RF 3', mine, theirs)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function ours() {
  const cluster = await startBrokerProcesses({ properties })
  return {
    name: 'brokerbench',
    bootstrap: cluster.bootstrap,
    idsNow: cluster.processIds,
    end: (id, signal) => cluster.nodes[id - 1].end(signal),
    start: id => cluster.nodes[id - 1].start(),
    stop: cluster.stop,
  }
}

async function measureKafka(measureGroups) {
  const cluster = startKafka(properties)
  return cluster && measure({ ...cluster, idsNow: cluster.processIdsNow }, measureGroups)
}

async function measure(cluster, measureGroups) {
  say(`measuring ${cluster.name}, load ${loadavg()[0].toFixed(1)} …`)
  try {
    const rows = await measureGroups({
      bootstrap: cluster.bootstrap,
      kill: id => cluster.end(id, 'SIGKILL'),
      start: cluster.start,
      residentMb: () => residentMegabytes(cluster.idsNow()),
      only: process.argv[process.argv.indexOf('--only') + 1 || process.argv.length] ?? '',
      failed: (part, error) => failed(`${cluster.name}, ${part}`)(error),
      say: process.argv.includes('--verbose') ? say : () => undefined,
    })
    return new Map(rows)
  } finally {
    await cluster.stop()
  }
}
