import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { alterPartitionReassignments } from '../../broker-core/protocol/messages/45-alter-partition-reassignments.ts'
import { listPartitionReassignments } from '../../broker-core/protocol/messages/46-list-partition-reassignments.ts'
import { unregisterBroker } from '../../broker-core/protocol/messages/64-unregister-broker.ts'
import {
  batchOf,
  conversation,
  createTopic,
  describeTopic,
  eventually,
  fetchFrom,
  portOf,
  leaderPort,
  produceTo,
  type Conversation,
} from '../helpers/broker-conversation.ts'
import { startBrokerProcess, type BrokerProcess } from '../helpers/broker-process.ts'
import { freePorts } from '../helpers/free-ports.ts'
import { newDataFolder, removeDataFolder } from '../helpers/serve-process.ts'

let folder: string
let ports: number[]
let talk: Conversation
const running = new Map<number, BrokerProcess>()
beforeEach(async () => {
  folder = newDataFolder()
  ports = await freePorts(7)
  talk = conversation()
})
afterEach(async () => {
  talk.close()
  await Promise.all([...running.values()].map(broker => broker.stop('SIGKILL')))
  running.clear()
  removeDataFolder(folder)
})

/** Nodes 1 to 3 are the voters, 4 is a broker only. */
function start(nodeId: number): Promise<void> {
  const client = `PLAINTEXT://127.0.0.1:${ports[nodeId - 1]}`
  const votes = nodeId <= 3
  const voters = [1, 2, 3].map(id => `${id}@127.0.0.1:${ports[id + 3]}`).join()
  const broker = startBrokerProcess(folder, nodeId, {
    'process.roles': votes ? 'broker,controller' : 'broker',
    listeners: votes ? `${client},CONTROLLER://127.0.0.1:${ports[nodeId + 3]}` : client,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': voters,
  })
  running.set(nodeId, broker)
  return broker.ready
}
const port = () => ports[0] ?? 0

async function reassign(replicas: readonly number[]): Promise<void> {
  const topics = [{ name: 't', partitions: [{ partitionIndex: 0, replicas }] }]
  const request = { ...alterPartitionReassignments.request.zero, timeoutMs: 5000, topics }
  const answer = await talk.call(port(), alterPartitionReassignments, request)
  expect(answer.responses[0]?.partitions[0]?.errorCode).toBe(0)
  await eventually(async () => {
    const under = await talk.call(port(), listPartitionReassignments, { timeoutMs: 5000, topics: null })
    const found = under.topics.length === 0 ? await describeTopic(talk, port(), 't') : undefined
    return found?.partitions[0]?.replicaNodes.join() === replicas.join() ? true : undefined
  }, `the replicas are ${replicas.join()}`)
}

it('LEAD-09: a fourth process joins, takes data, is replaced by an empty one of the same id, is drained and unregistered', async () => {
  await Promise.all([1, 2, 3].map(start))
  const topic = await createTopic(talk, port(), { name: 't', replicationFactor: 2 })
  expect((await produceTo(talk, leaderPort(topic), topic, batchOf(['kept']))).error).toBe('NONE')
  await start(4)
  await reassign([4, 1])

  await running.get(4)?.stop('SIGKILL')
  rmSync(join(folder, 'broker-4'), { recursive: true })
  await start(4)
  const whole = await eventually(async () => {
    const found = await describeTopic(talk, port(), 't')
    return found?.partitions[0]?.isrNodes.length === 2 ? found : undefined
  }, 'the new broker 4 is in sync')
  const copied = await eventually(async () => {
    const there = await fetchFrom(talk, portOf(whole, 4), whole, 0)
    return there.values.length > 0 ? there : undefined
  }, 'it has the record')
  expect(copied.values).toEqual(['kept'])

  await reassign([2, 1])
  expect(await running.get(4)?.stop()).toBe(0)
  expect((await talk.call(port(), unregisterBroker, { brokerId: 4 })).errorCode).toBe(0)
  const after = await eventually(async () => {
    const found = await describeTopic(talk, port(), 't')
    return found?.brokers.length === 3 ? found : undefined
  }, 'broker 4 is forgotten')
  expect((await fetchFrom(talk, leaderPort(after), after, 0)).values).toEqual(['kept'])
})
