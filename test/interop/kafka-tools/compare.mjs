// `npm run compare:kafka-tools`: Kafka's own command line tools against our cluster and against a real one, call by call. Prints what
// differs; exit status 1 when anything does. Needs a JVM and the scripts of ../shared/peers; says so in one line when they are absent.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuild, ensureDependencies, projectFolder } from '../../../src-main/setup/steps.mjs'
import { startKafka, startOurs } from '../../bench/cluster.mjs'
import { startBrokerProcesses } from '../../helpers/broker-processes.mjs'
import { calls } from './calls.mjs'

const tool = join(projectFolder, '..', 'shared', 'peers', 'kafka', 'tool')
const callTimeoutMs = 60_000
/** Each call is a JVM that lives for a second: what compiles little starts sooner. */
const toolEnvironment = { KAFKA_JVM_OPTS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC', ...process.env }
const say = text => process.stdout.write(`${text}\n`)
const only = process.argv
  .slice(2)
  .filter((argument, index, all) => !argument.startsWith('--') && all[index - 1] !== '--kafka-port')

if (!existsSync(tool)) {
  say("Kafka's tools are not compared: they are not on this machine.")
  process.exit(0)
}
ensureDependencies(say)
ensureBuild(say)
const chosen = calls.filter(call => only.length === 0 || only.some(word => call.name.includes(word)))
const theirs = process.argv.includes('--ours-only') ? undefined : await answersOf(startKafka(), chosen)
const ours = [
  ...(await answersOfOurs(startOurs, call => call.hasStaticVoters !== true)),
  ...(await answersOfOurs(startProcesses, call => call.hasStaticVoters === true)),
]
process.exit(report(ours, theirs) === 0 ? 0 : 1)

async function startProcesses() {
  return { ...(await startBrokerProcesses()), name: 'brokerbench, static voters' }
}

async function answersOfOurs(start, isMeant) {
  const some = chosen.filter(isMeant)
  return some.length === 0 ? [] : await answersOf(await start(), some)
}

async function answersOf(cluster, some) {
  if (cluster === undefined) return undefined
  const scratch = mkdtempSync(join(tmpdir(), 'brokerbench-tools-'))
  say(`asking ${cluster.name} …`)
  try {
    return some.map(call => answer(call, cluster.bootstrap, scratch))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
    await cluster.stop()
  }
}

function answer(call, bootstrap, scratch) {
  const file = join(scratch, 'input.json')
  if (call.file !== undefined) writeFileSync(file, call.file)
  const args = call.args.split(' ').map(part => part.replace('{b}', bootstrap).replace('{c}', file))
  const result = spawnSync(tool, args, { encoding: 'utf8', timeout: callTimeoutMs, env: toolEnvironment })
  return { call, status: result.status, text: masked(call, result), raw: `${result.stdout}${result.stderr}` }
}

function masked(call, result) {
  const noise = /^(WARNING|SLF4J|OpenJDK|\d{4}-\d\d-\d\d .* WARN)/
  const all = call.compare === 'stdout' ? result.stdout : `${result.stdout}\n${result.stderr}`
  const lines = call.masks
    .reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), all)
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !noise.test(line))
  if (call.compare === 'status') return ''
  if (call.compare === 'first-line') return lines[0] ?? ''
  if (call.compare === 'labels') return lines.map(line => line.split(':')[0]).join('\n')
  return (call.compare === 'sorted' ? lines.sort() : lines).join('\n')
}

function report(mine, others) {
  let differing = 0
  for (const [index, own] of mine.entries()) {
    const other = others?.[index]
    const isSame = other ? own.status === other.status && own.text === other.text : own.call.mayFail || own.status === 0
    say(`${isSame ? 'same  ' : 'DIFFERS'} ${own.call.name}`)
    if (isSame) continue
    differing++
    say(`  ours   (status ${own.status}): ${indent(own.text || own.raw)}`)
    if (other) say(`  kafka  (status ${other.status}): ${indent(other.text || other.raw)}`)
  }
  say(`${mine.length - differing} same, ${differing} differ`)
  return differing
}

function indent(text) {
  return text.trim().split('\n').slice(0, 40).join('\n          ')
}
