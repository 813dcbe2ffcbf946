// `npm run bench:window`: every limit of the window on a real cluster, through a real Chromium. `--vs-kafka` measures an Apache Kafka
// after it, `--on-kafka` that alone. `--records N`, `--topics N`, `--groups N` and `--tail-minutes N` make it smaller or longer;
// `--only lists,records,values,tail,export` picks parts.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ensureBuild, ensureDependencies } from '../../src-main/setup/steps.mjs'
import { buildTool } from './build-tool.mjs'
import { openBrowser, scratchFolder } from './window/browser.mjs'
import { startMeasured } from './window/clusters.mjs'
import { measureExport } from './window/exporting.mjs'
import { measureLists } from './window/lists.mjs'
import { newFigures } from './window/measured.mjs'
import { measureRecords, topic } from './window/records.mjs'
import { measureTail } from './window/tail.mjs'
import { measureCompacted, measureLargeValue } from './window/values.mjs'

/** Filling a JVM with millions takes its time; what takes longer is stuck. */
const loadedWithinMs = 1_800_000
const say = text => process.stdout.write(`${text}\n`)
const options = readOptions(process.argv.slice(2))
ensureDependencies(say)
ensureBuild(say)
const scratch = scratchFolder()
const loadFile = await buildTool('test/bench/window/load.ts', scratch.folder, 'load.mjs')
const load = async (...args) => {
  const bounds = { maxBuffer: 16_777_216, timeout: loadedWithinMs }
  return JSON.parse((await promisify(execFile)(process.execPath, [loadFile, ...args.map(String)], bounds)).stdout)
}
const figures = newFigures()
const fills = new Map()
const parts = {
  async records(browser, cluster) {
    await measureRecords(browser, cluster, figures, await filled(cluster))
  },
  async export(browser, cluster) {
    await measureExport(browser, cluster, figures, await filled(cluster))
  },
  async values(browser, cluster) {
    await load('compacted', cluster.bootstrap, 'compacted', 17)
    await load('values', cluster.bootstrap, 'values', 10)
    await measureCompacted(browser, cluster, figures, 'compacted')
    await measureLargeValue(browser, cluster, figures, 'values')
  },
  async tail(browser, cluster) {
    const about = { load, topic: 'tailed', perSecond: 50_000, minutes: options.tailMinutes }
    await measureTail(browser, cluster, figures, about)
  },
  // Last: what was measured before is to be measured beside few topics.
  async lists(browser, cluster) {
    const { topicCount, groupCount } = await load('lists', cluster.bootstrap, options.topics, options.groups)
    await measureLists(browser, cluster, figures, { topicCount, groupCount })
  },
}

try {
  if (!options.onKafka) await measure(false)
  if (options.onKafka || options.vsKafka) await measure(true)
} finally {
  scratch.remove()
}
figures.close()

async function measure(isForeign) {
  const cluster = await startMeasured(isForeign)
  if (cluster === undefined) return
  const browser = await openBrowser()
  // Ended in the middle, it leaves no JVM and no broker behind.
  const leave = () => void Promise.allSettled([browser.close(), cluster.stop()]).then(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, leave)
  figures.heading(`== ${cluster.name}`)
  try {
    // A part that breaks is told, and the others are measured still.
    for (const part of options.only) {
      await parts[part](browser, { ...cluster, isForeign }).catch(error => {
        process.exitCode = 1
        say(`${part} broke off: ${error.stack ?? error}`)
      })
    }
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, leave)
    await browser.close()
    await cluster.stop()
  }
}

async function filled(cluster) {
  fills.set(cluster.bootstrap, fills.get(cluster.bootstrap) ?? (await fill(cluster)))
  return fills.get(cluster.bootstrap)
}

async function fill(cluster) {
  say(`\nwriting ${options.records} records …`)
  const told = await load('records', cluster.bootstrap, topic, options.records)
  figures.plain('written', told.count / told.seconds, 'records/s')
  return told
}

function readOptions(args) {
  const value = (name, otherwise) => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise)
  return {
    onKafka: args.includes('--on-kafka'),
    vsKafka: args.includes('--vs-kafka'),
    records: Number(value('--records', 5_000_000)),
    topics: Number(value('--topics', 10_000)),
    groups: Number(value('--groups', 2_000)),
    tailMinutes: Number(value('--tail-minutes', 1)),
    only: value('--only', 'records,export,values,tail,lists').split(','),
  }
}
