import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { errorName } from '../../broker-core/model/kafka-errors.ts'
import { createTopics } from '../../broker-core/protocol/messages/19-create-topics.ts'
import { alterReplicaLogDirs } from '../../broker-core/protocol/messages/34-alter-replica-log-dirs.ts'
import { describeLogDirs } from '../../broker-core/protocol/messages/35-describe-log-dirs.ts'
import { incrementalAlterConfigs } from '../../broker-core/protocol/messages/44-incremental-alter-configs.ts'
import { conversation, eventually, type Conversation } from '../helpers/broker-conversation.ts'
import { startCluster, type InProcessCluster } from '../helpers/in-process-cluster.ts'
import { newDataFolder, removeDataFolder } from '../helpers/serve-process.ts'

let cluster: InProcessCluster
let talk: Conversation
let root: string
const path = (name: string) => join(root, name)
const port = () => cluster.bootstrap[0]?.port ?? 0

beforeEach(async () => {
  root = newDataFolder()
  cluster = await startCluster({ brokers: 1, properties: { 'log.dirs': `${path('a')},${path('b')}` } })
  talk = conversation()
}, 60_000)
afterEach(async () => {
  talk.close()
  await cluster.close()
  removeDataFolder(root)
})

/** Undefined: back to the default. */
async function cordon(value: string | undefined, resourceName = '1'): Promise<string> {
  const change = { name: 'cordoned.log.dirs', configOperation: value === undefined ? 1 : 0, value: value ?? null }
  const resources = [{ resourceType: 4, resourceName, configs: [change] }]
  const { responses } = await talk.call(port(), incrementalAlterConfigs, { resources, validateOnly: false })
  return responses[0]?.errorMessage ?? errorName(responses[0]?.errorCode ?? -1)
}
async function create(name: string, numPartitions: number, brokerIds?: readonly number[]): Promise<string> {
  const assignments = brokerIds === undefined ? [] : [{ partitionIndex: 0, brokerIds }]
  const topic = { name, numPartitions, replicationFactor: brokerIds === undefined ? 1 : -1, assignments, configs: [] }
  const request = { topics: [topic], timeoutMs: 10_000, validateOnly: false }
  return (await talk.call(port(), createTopics, request)).topics[0]?.errorMessage ?? 'NONE'
}
const directories = async () => (await talk.call(port(), describeLogDirs, { topics: null })).results
const partitionsIn = async (topic: string) =>
  Object.fromEntries(
    (await directories()).map(({ logDir, topics }) => [
      logDir,
      topics.find(found => found.name === topic)?.partitions.length ?? 0,
    ]),
  )
const cordonedPaths = async () => (await directories()).filter(each => each.isCordoned).map(each => each.logDir)
async function move(topic: string, to: string): Promise<string> {
  const dirs = [{ path: to, topics: [{ name: topic, partitions: [0] }] }]
  return errorName((await talk.call(port(), alterReplicaLogDirs, { dirs })).results[0]?.partitions[0]?.errorCode ?? -1)
}
const nobody = 'All brokers are currently fenced, or have all their log directories cordoned.'

it('META-10, KIP-1066: cordoned directories take no new replicas; a broker that has no other takes none unless it is named', async () => {
  expect(await cordon(path('x'))).toBe(
    `All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : ${path('x')}`,
  )
  expect(await cordon('*', '')).toBe(
    'Cannot update these configs at default cluster level, broker id must be specified: [cordoned.log.dirs]',
  )
  expect(await cordonedPaths()).toEqual([])

  expect(await cordon(path('a'))).toBe('NONE')
  expect(await cordonedPaths()).toEqual([path('a')])
  expect(await create('t1', 4)).toBe('NONE')
  await eventually(async () => ((await partitionsIn('t1'))[path('b')] === 4 ? true : undefined), 'all of t1 lies in b')
  expect(await move('t1', path('a'))).toBe('INVALID_REPLICA_ASSIGNMENT')

  expect(await cordon('*')).toBe('NONE')
  await eventually(async () => {
    const answer = await create('t2', 1)
    return answer === `Unable to replicate the partition 1 time(s): ${nobody}` ? true : undefined
  }, 'the controller knows that nothing is free')
  expect(await create('t3', -1, [1])).toBe('NONE')
  talk.close()
  await cluster.stop(1)
  await cluster.start(1)
  talk = conversation()
  expect(await cordonedPaths()).toEqual([path('a'), path('b')])

  expect(await cordon(undefined)).toBe('NONE')
  await eventually(async () => ((await create('t4', 1)) === 'NONE' ? true : undefined), 'something is free again')
  expect(await move('t1', path('a'))).toBe('NONE')
}, 60_000)
