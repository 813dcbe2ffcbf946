import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  batchOf,
  conversation,
  createTopic,
  eventually,
  fetchFrom,
  produceTo,
  type Conversation,
} from '../../helpers/broker-conversation.ts'
import { startBrokerProcess, type BrokerProcess } from '../../helpers/broker-process.ts'
import { freePorts } from '../../helpers/free-ports.ts'
import { newDataFolder, removeDataFolder } from '../../helpers/serve-process.ts'

/** Kafka's own tools move a replica of ours between two log directories (KIP-113). */
const tools = join(import.meta.dirname, '../../../../shared/peers/kafka/tool')
const canRun = existsSync(tools) && spawnSync('java', ['-version']).status === 0
if (!canRun) process.stdout.write('kafka-moves: no JVM or no Apache Kafka here; its tools move no replica\n')

function tool(...args: readonly string[]): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(tools, args, {
    encoding: 'utf8',
    env: { ...process.env, KAFKA_TOOL_HEAP: '128m' },
  })
  return { status, text: `${stdout}\n${stderr}` }
}

describe.skipIf(!canRun)("Kafka's tools and our log directories", () => {
  let root: string
  let broker: BrokerProcess
  let talk: Conversation
  let port: number
  beforeAll(async () => {
    root = newDataFolder()
    const [client = 0, controller = 0] = await freePorts(2)
    port = client
    broker = startBrokerProcess(root, 1, {
      'process.roles': 'broker,controller',
      listeners: `PLAINTEXT://127.0.0.1:${client},CONTROLLER://127.0.0.1:${controller}`,
      'controller.listener.names': 'CONTROLLER',
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      'log.dirs': `${join(root, 'one')},${join(root, 'two')}`,
      'log.segment.delete.delay.ms': '100',
      'offsets.topic.replication.factor': '1',
    })
    await broker.ready
    talk = conversation()
  }, 120_000)
  afterAll(async () => {
    talk.close()
    await broker.stop()
    removeDataFolder(root)
  })

  it('REPL-18: kafka-reassign-partitions with log_dirs, kafka-log-dirs', { timeout: 240_000 }, async () => {
    const bootstrap = ['--bootstrap-server', `127.0.0.1:${port}`]
    const topic = await createTopic(talk, port, { name: 'moved', replicationFactor: 1 })
    const values = Array.from({ length: 50 }, (_, index) => `value ${index}`)
    expect(await produceTo(talk, port, topic, batchOf(values))).toMatchObject({ error: 'NONE' })
    const holds = (name: string) => readdirSync(join(root, name)).includes('moved-0')
    const to = holds('one') ? 'two' : 'one'
    const file = join(root, 'plan.json')
    const partition = { topic: 'moved', partition: 0, replicas: [1], log_dirs: [join(root, to)] }
    writeFileSync(file, JSON.stringify({ version: 1, partitions: [partition] }))
    const plan = ['reassign-partitions', ...bootstrap, '--reassignment-json-file', file]
    const executed = tool(...plan, '--replica-alter-log-dirs-throttle', '50000000', '--execute')
    expect([executed.status, executed.text]).toEqual([0, expect.stringContaining('Successfully started moving log directory to')])
    const verified = await eventually(
      async () => {
        const { text } = tool(...plan, '--verify')
        return text.includes('completed successfully') ? text : undefined
      },
      'the tool sees the end of the move',
      120_000,
    )
    expect(verified).toContain('Reassignment of replica moved-0-1 completed successfully.')
    const described = tool('log-dirs', ...bootstrap, '--describe', '--topic-list', 'moved').text
    const { brokers } = JSON.parse(/^\{.*\}$/m.exec(described)?.[0] ?? '') as Described
    expect(brokers[0]?.logDirs.filter(one => one.partitions.length > 0)).toEqual([
      {
        error: null,
        logDir: join(root, to),
        partitions: [expect.objectContaining({ partition: 'moved-0', offsetLag: 0, isFuture: false })],
      },
    ])
    expect((await fetchFrom(talk, port, topic, 0)).values).toEqual(values)
    expect(holds(to)).toBe(true)
  })
})

interface Described {
  readonly brokers: readonly {
    readonly logDirs: readonly { readonly logDir: string; readonly partitions: readonly object[] }[]
  }[]
}
