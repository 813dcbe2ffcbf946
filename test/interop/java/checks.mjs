// What Kafka's own programs are asked to do with our groups and transactions by `npm run interop:java`. A check gets the bootstrap address
// and throws what is wrong.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import kafkajs from 'kafkajs'
import { projectFolder } from '../../../src-main/setup/steps.mjs'
import { compileJava, hasProgram, runTool, startTool } from './kafka-jars.mjs'
import { playStreams } from './streams.mjs'

const protocols = ['classic', 'consumer']

export const checks = [
  ...protocols.map(protocol => ({ name: `verifiable producer and consumer, ${protocol}`, run: verifiable(protocol) })),
  ...protocols.map(protocol => ({ name: `verifiable producer, console consumer, ${protocol}`, run: console_(protocol) })),
  ...protocols.map(protocol => ({ name: `consumer-groups tool, ${protocol}`, run: groupsTool(protocol) })),
  { name: 'consumer-groups tool: every way to reset offsets', run: resets },
  { name: 'transactions tool', run: transactionsTool },
  { name: 'transactions tool: a hanging transaction is found and aborted', run: hangingTransaction },
  { name: 'Kafka Streams, exactly once, killed and restarted', run: streams, needs: 'javac' },
]

/** Runs those that `isChosen`, one after the other; answers counts, and says each. */
export async function runChecks(bootstrap, isChosen, say) {
  const count = { passed: 0, failed: 0, skipped: 0 }
  for (const check of checks.filter(isChosen)) {
    if (check.needs !== undefined && !hasProgram(check.needs)) {
      count.skipped++
      say(`skipped ${check.name}: there is no ${check.needs} here`)
      continue
    }
    const startedAt = performance.now()
    const failure = await check.run(bootstrap).then(
      () => undefined,
      error => error,
    )
    count[failure === undefined ? 'passed' : 'failed']++
    say(`${failure === undefined ? 'passed' : 'FAILED'} ${check.name}, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
    if (failure !== undefined) say(failure.stack ?? String(failure))
  }
  return count
}

const events = tool => tool.lines.flatMap(line => (line.startsWith('{') ? [JSON.parse(line)] : []))
const consumed = tool => events(tool).reduce((sum, event) => sum + (event.name === 'records_consumed' ? event.count : 0), 0)

async function createTopic(bootstrap, topic, numPartitions = 4) {
  const admin = new kafkajs.Kafka({ brokers: bootstrap.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 3 }], waitForLeaders: true })
  await admin.disconnect()
}

async function expectDone(running) {
  const { status, text } = await running
  assert.equal(status, 0, text)
  return text
}

function produce(bootstrap, topic, count) {
  const args = ['--topic', topic, '--max-messages', String(count), '--acks', '-1', '--repeating-keys', '20']
  return expectDone(runTool('verifiable-producer', '--bootstrap-server', bootstrap, ...args))
}

/** Two members share the partitions; one of them is killed, and the other reads on. */
function verifiable(protocol) {
  return async bootstrap => {
    const topic = `verifiable-${protocol}`
    await createTopic(bootstrap, topic)
    const produced = await produce(bootstrap, topic, 200)
    assert.match(produced, /"name":"tool_data".*"acked":200/)
    const members = [verifiableConsumer(bootstrap, topic, protocol), verifiableConsumer(bootstrap, topic, protocol)]
    const [one, two] = members
    try {
      await one.until('all is read', () => consumed(one) + consumed(two) >= 200)
      await one.until('each has two partitions', () => members.every(member => ownedBy(member).length === 2))
      assert.equal(consumed(one) + consumed(two), 200)
      await two.end('SIGKILL')
      await one.until('the survivor has all', () => ownedBy(one).length === 4)
      await produce(bootstrap, topic, 100)
      await one.until('the survivor reads on', () => consumed(one) + consumed(two) >= 300)
      await one.until('offsets are committed', () => committedBy(one) >= 300)
    } finally {
      await Promise.all(members.map(member => member.end()))
    }
  }
}

function verifiableConsumer(bootstrap, topic, protocol) {
  const session = protocol === 'classic' ? ['--session-timeout', '4000'] : []
  const cooperative = 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor'
  const assignor = protocol === 'classic' ? ['--assignment-strategy', cooperative] : []
  const args = ['--topic', topic, '--group-id', topic, '--group-protocol', protocol, ...session, ...assignor]
  return startTool('verifiable-consumer', '--bootstrap-server', bootstrap, ...args)
}

/** As its events of assignment and revocation add up. */
function ownedBy(tool) {
  const owned = new Set()
  for (const { name, partitions } of events(tool)) {
    for (const { topic, partition } of partitions ?? []) {
      if (name === 'partitions_assigned') owned.add(`${topic}-${partition}`)
      if (name === 'partitions_revoked') owned.delete(`${topic}-${partition}`)
    }
  }
  return [...owned]
}

/** Records below the offsets that it has committed, over all partitions. */
function committedBy(tool) {
  const offsets = new Map()
  for (const { name, success, offsets: places } of events(tool)) {
    if (name !== 'offsets_committed' || success !== true) continue
    for (const { topic, partition, offset } of places) offsets.set(`${topic}-${partition}`, offset)
  }
  return [...offsets.values()].reduce((sum, offset) => sum + offset, 0)
}

function console_(protocol) {
  return async bootstrap => {
    const topic = `console-${protocol}`
    await createTopic(bootstrap, topic, 2)
    await produce(bootstrap, topic, 20)
    const args = ['--topic', topic, '--from-beginning', '--max-messages', '20', '--timeout-ms', '120000', '--group', topic]
    const command = ['--bootstrap-server', bootstrap, ...args, '--command-property', `group.protocol=${protocol}`]
    const text = await expectDone(runTool('console-consumer', ...command, '--isolation-level', 'read_committed'))
    const read = text.split('\n').filter(line => /^\d+$/.test(line))
    assert.deepEqual(
      read.map(Number).sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, at) => at),
    )
  }
}

function groupsTool(protocol) {
  return async bootstrap => {
    const topic = `tool-${protocol}`
    const ask = (...args) => runTool('consumer-groups', '--bootstrap-server', bootstrap, ...args)
    await createTopic(bootstrap, topic, 2)
    await produce(bootstrap, topic, 40)
    const member = verifiableConsumer(bootstrap, topic, protocol)
    try {
      await member.until('all is committed', () => committedBy(member) >= 40)
      const type = protocol === 'classic' ? 'Classic' : 'Consumer'
      assert.match(
        await expectDone(ask('--list', '--state', 'Stable', '--type', protocol)),
        new RegExp(`^${topic} +${type} +Stable`, 'm'),
      )
      const offsets = await expectDone(ask('--describe', '--group', topic))
      const rows = [...offsets.matchAll(new RegExp(`^${topic} +${topic} +\\d +(\\d+) +(\\d+) +0 +\\S+ +/127`, 'gm'))]
      assert.deepEqual([rows.length, rows.reduce((sum, row) => sum + Number(row[1]), 0)], [2, 40], offsets)
      assert.match(
        await expectDone(ask('--describe', '--group', topic, '--members', '--verbose')),
        new RegExp(`^${topic} .* 2 .*${topic}`, 'm'),
      )
      assert.match(await expectDone(ask('--describe', '--group', topic, '--state')), new RegExp(`^${topic} .*Stable +1`, 'm'))
      const refused = await ask('--delete', '--group', topic)
      assert.match(refused.text, /NonEmpty|not empty/i)
      assert.match((await ask('--delete-offsets', '--group', topic, '--topic', topic)).text, /subscribed|GroupSubscribedToTopic/i)
      assert.match(
        (await ask('--reset-offsets', '--to-earliest', '--group', topic, '--topic', topic, '--execute')).text,
        /inactive/,
      )
    } finally {
      await member.end()
    }
    const state = await untilText(() => ask('--describe', '--group', topic, '--state'), /Empty/)
    assert.match(state, /Empty +0/)
    const removed = await expectDone(ask('--delete-offsets', '--group', topic, '--topic', `${topic}:1`))
    assert.match(removed, /Successful/)
    const left = await expectDone(ask('--describe', '--group', topic))
    assert.doesNotMatch(left, new RegExp(`^${topic} +${topic} +1 +20`, 'm'))
    assert.match(await expectDone(ask('--delete', '--group', topic)), /was successful/)
    assert.doesNotMatch(await expectDone(ask('--list')), new RegExp(`^${topic}$`, 'm'))
  }
}

/** A coordinator learns of the end of a killed or closed member in its own time. */
async function untilText(ask, pattern) {
  const deadline = Date.now() + 60_000
  for (;;) {
    const { text } = await ask()
    if (pattern.test(text) || Date.now() > deadline) return text
  }
}

async function resets(bootstrap) {
  const topic = 'resets'
  await createTopic(bootstrap, topic, 1)
  await produce(bootstrap, topic, 30)
  const reset = async (...how) => {
    const args = ['--reset-offsets', '--group', topic, '--topic', topic, ...how]
    const text = await expectDone(runTool('consumer-groups', '--bootstrap-server', bootstrap, ...args))
    return Number(new RegExp(`^${topic} +${topic} +0 +(\\d+)`, 'm').exec(text)?.[1])
  }
  assert.equal(await reset('--to-latest', '--execute'), 30)
  assert.equal(await reset('--to-earliest', '--dry-run'), 0)
  assert.equal(await reset('--to-current', '--execute'), 30)
  assert.equal(await reset('--shift-by', '-12', '--execute'), 18)
  assert.equal(await reset('--to-offset', '7', '--execute'), 7)
  assert.equal(await reset('--to-offset', '700', '--execute'), 30)
  assert.equal(await reset('--to-datetime', '2000-01-01T00:00:00.000', '--execute'), 0)
  assert.equal(await reset('--by-duration', 'PT0S', '--execute'), 30)
}

async function transactionsTool(bootstrap) {
  const topic = 'transacted'
  const ask = (...args) => runTool('transactions', '--bootstrap-server', bootstrap, ...args)
  await createTopic(bootstrap, topic, 1)
  const kafka = new kafkajs.Kafka({ brokers: bootstrap.split(','), logLevel: kafkajs.logLevel.NOTHING })
  const createPartitioner = kafkajs.Partitioners.DefaultPartitioner
  const producer = kafka.producer({ transactionalId: 'open-one', idempotent: true, maxInFlightRequests: 1, createPartitioner })
  await producer.connect()
  const transaction = await producer.transaction()
  await transaction.send({ topic, messages: [{ value: 'open', partition: 0 }] })
  assert.match(await expectDone(ask('list')), /^open-one\s+\d+\s+\d+\s+Ongoing/m)
  const described = await expectDone(ask('describe', '--transactional-id', 'open-one'))
  assert.match(described, new RegExp(`^\\d+\\s+open-one\\s+\\d+\\s+\\d+\\s+Ongoing\\s+\\d+\\s+.*${topic}-0`, 'm'))
  const at = ['--topic', topic, '--partition', '0']
  assert.match(await expectDone(ask('describe-producers', ...at)), /^\d+\s+\d+\s+-?\d+\s+0\s+\d+\s+0/m)
  const hanging = await expectDone(ask('find-hanging', ...at, '--max-transaction-timeout', '0'))
  assert.doesNotMatch(hanging, new RegExp(`^${topic}`, 'm'))
  await expectDone(ask('abort', ...at, '--start-offset', '0'))
  const after = await expectDone(ask('describe-producers', ...at))
  assert.match(after, /None|-1$/m)
  await transaction.abort()
  await producer.disconnect()
  assert.match(await expectDone(ask('list')), /^open-one\s+\d+\s+\d+\s+CompleteAbort/m)
}

/** TXN-20, KIP-664: Kafka's configs tool switches verification off, its transactions tool finds and ends what then hangs. */
async function hangingTransaction(bootstrap) {
  const topic = 'hanging'
  const ask = (name, ...args) => runTool(name, '--bootstrap-server', bootstrap, ...args)
  const verification = ['configs', '--alter', '--entity-type', 'brokers', '--entity-default']
  const at = ['--topic', topic, '--partition', '0']
  const findHanging = () => expectDone(ask('transactions', 'find-hanging', ...at, '--max-transaction-timeout', '0'))
  await createTopic(bootstrap, topic, 1)
  await expectDone(ask(...verification, '--add-config', 'transaction.partition.verification.enable=false'))
  const { leaveHanging, remove } = await hangingWriter()
  const left = await leaveHanging(bootstrap, { topic, partition: 0 })
  try {
    assert.equal((await left.ends()).stable, 0)
    assert.match(
      await findHanging(),
      new RegExp(`^${topic}\\s+0\\s+${left.producerId}\\s+${left.producerEpoch}\\s+-1\\s+0\\s`, 'm'),
    )
    await expectDone(ask('transactions', 'abort', ...at, '--start-offset', '0'))
    assert.doesNotMatch(await findHanging(), new RegExp(`^${topic}\\s`, 'm'))
    const { end, stable } = await left.ends()
    assert.equal(stable, end)
    const reading = ['--topic', topic, '--from-beginning', '--max-messages', '1', '--timeout-ms', '120000']
    const read = await expectDone(ask('console-consumer', ...reading, '--isolation-level', 'read_committed'))
    assert.match(read, /^committed$/m)
    assert.doesNotMatch(read, /^hangs$/m)
  } finally {
    await left.close()
    remove()
    await expectDone(ask(...verification, '--delete-config', 'transaction.partition.verification.enable'))
  }
}

async function hangingWriter() {
  const { buildTool } = await import('../../bench/build-tool.mjs')
  const folder = mkdtempSync(join(projectFolder, 'node_modules', '.brokerbench-java-'))
  const file = await buildTool('test/interop/java/hanging-writer.ts', folder, 'hanging-writer.mjs')
  return { ...(await import(pathToFileURL(file).href)), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

async function streams(bootstrap) {
  const source = fileURLToPath(new URL('../streams/SumExactlyOnce.java', import.meta.url))
  const program = compileJava(source, 'SumExactlyOnce')
  try {
    await playStreams(bootstrap, program)
  } finally {
    program.remove()
  }
}
