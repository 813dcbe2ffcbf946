// A Kafka Streams program that sums numbers by key with exactly_once_v2, killed in the middle and started again.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import kafkajs from 'kafkajs'

const [source, target] = ['numbers', 'sums']
const [partitions, keys, perRound, rounds] = [4, 12, 600, 3]
const readTimeoutMs = 120_000

export async function playStreams(bootstrap, program) {
  const kafka = new kafkajs.Kafka({ brokers: bootstrap.split(','), logLevel: kafkajs.logLevel.NOTHING })
  const stateFolder = mkdtempSync(join(tmpdir(), 'brokerbench-streams-'))
  const wanted = wantedSums()
  const reader = await startReader(kafka)
  let running
  try {
    await createTopics(kafka)
    await reader.start()
    running = program.start(bootstrap, source, target, stateFolder)
    await write(kafka, 0)
    await reader.until('the first sums', read => read >= 1)
    await write(kafka, 1)
    await reader.until('some of the second round', read => read > perRound)
    await running.end('SIGKILL')
    running = program.start(bootstrap, source, target, stateFolder)
    await write(kafka, 2)
    await reader.until('all sums', read => read >= perRound * rounds)
    await wait(1_000)
    for (const [key, sums] of wanted) assert.deepEqual(reader.sums.get(key), sums, `the sums of ${key}`)
  } catch (error) {
    throw new Error(`${error.message}\n${running?.lines.slice(-5).join('\n')}\n${running?.stderr.slice(-2_000)}`, {
      cause: error,
    })
  } finally {
    await running?.end()
    await reader.stop()
    rmSync(stateFolder, { recursive: true, force: true })
  }
}

const numberAt = at => (at * 7) % 101
const keyAt = at => `key ${at % keys}`

/** By key: the sum after each of its numbers. */
function wantedSums() {
  const sums = new Map()
  for (let at = 0; at < perRound * rounds; at++) {
    const before = sums.get(keyAt(at)) ?? []
    before.push(String(Number(before.at(-1) ?? 0) + numberAt(at)))
    sums.set(keyAt(at), before)
  }
  return sums
}

async function createTopics(kafka) {
  const admin = kafka.admin()
  await admin.connect()
  const topics = [source, target].map(topic => ({ topic, numPartitions: partitions, replicationFactor: 3 }))
  await admin.createTopics({ topics, waitForLeaders: true })
  await admin.disconnect()
}

async function write(kafka, round) {
  const createPartitioner = kafkajs.Partitioners.DefaultPartitioner
  const producer = kafka.producer({ createPartitioner, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const numbers = Array.from({ length: perRound }, (_, at) => round * perRound + at)
  await producer.send({ topic: source, acks: -1, messages: numbers.map(at => ({ key: keyAt(at), value: String(numberAt(at)) })) })
  await producer.disconnect()
}

/** Sums that are committed, by key, in their order. */
async function startReader(kafka) {
  const consumer = kafka.consumer({ groupId: 'readers-of-sums', maxWaitTimeInMs: 100 })
  const sums = new Map()
  let read = 0
  return {
    sums,
    async start() {
      await consumer.connect()
      await consumer.subscribe({ topic: target, fromBeginning: true })
      await consumer.run({
        eachMessage: async ({ message }) => {
          read++
          const key = String(message.key)
          const before = sums.get(key) ?? []
          before.push(String(message.value))
          sums.set(key, before)
        },
      })
    },
    async until(what, holds) {
      const deadline = Date.now() + readTimeoutMs
      while (!holds(read)) {
        if (Date.now() > deadline) throw new Error(`not within two minutes: ${what}, but ${read} sums`)
        await wait(50)
      }
    },
    stop: () => consumer.disconnect(),
  }
}
