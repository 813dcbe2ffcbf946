import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GroupMember } from '../../helpers/group-member.ts'
import { type InProcessCluster, startCluster } from '../../helpers/in-process-cluster.ts'
import { JsonProcess, until } from '../../helpers/json-process.ts'
import { librdkafkaMember, program, pythonPath } from './python.ts'

interface Answer {
  readonly error: string | null
  readonly fatal?: boolean
  readonly abortable?: boolean
}

/** transact.py: requests are answered one by one. */
class Transactor {
  readonly #process: JsonProcess
  readonly #waiting: ((answer: Answer) => void)[] = []

  constructor(bootstrap: string, transactionalId: string, more: Readonly<Record<string, string | number>> = {}) {
    const settings = { 'bootstrap.servers': bootstrap, 'transactional.id': transactionalId, ...more }
    const heard = (line: Readonly<Record<string, unknown>>) => this.#waiting.shift()?.(line as unknown as Answer)
    this.#process = new JsonProcess(pythonPath, [program('transact.py'), JSON.stringify(settings)], heard)
    void this.#process.ended.then(() => this.#waiting.forEach(answer => answer({ error: this.#process.stderr })))
  }

  ask(what: string, details: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    this.#process.write(JSON.stringify({ do: what, ...details }))
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  async expectNone(...steps: (string | readonly [string, Readonly<Record<string, unknown>>])[]): Promise<void> {
    for (const step of steps) {
      const [what, details] = typeof step === 'string' ? [step, {}] : step
      expect([what, (await this.ask(what, details)).error]).toEqual([what, null])
    }
  }

  end(): Promise<number | null> {
    return this.#process.kill()
  }
}

describe('transactions on librdkafka', () => {
  let cluster: InProcessCluster
  let bootstrap: string
  const members: GroupMember[] = []
  const transactors: Transactor[] = []
  beforeAll(async () => {
    cluster = await startCluster({
      properties: { 'num.partitions': '2', 'transaction.abort.timed.out.transaction.cleanup.interval.ms': '500' },
    })
    bootstrap = cluster.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
  })
  afterAll(async () => {
    await Promise.all([...members.map(member => member.kill()), ...transactors.map(transactor => transactor.end())])
    await cluster.close()
  })
  const transactor = (transactionalId: string, more?: Readonly<Record<string, string | number>>) => {
    const made = new Transactor(bootstrap, transactionalId, more)
    transactors.push(made)
    return made
  }
  const reader = (topic: string, isolation: 'read_committed' | 'read_uncommitted') => {
    const settings = { 'bootstrap.servers': bootstrap, 'isolation.level': isolation, 'allow.auto.create.topics': 'true' }
    const member = librdkafkaMember(`${topic}-${isolation}`, topic, settings)
    members.push(member)
    return member
  }
  const send = (topic: string, partition: number, ...values: string[]) => ['send', { topic, partition, values }] as const
  const reads = (member: GroupMember, ...values: string[]) =>
    until(
      `${values.join()} are read`,
      () => values.every(value => member.read.includes(value)),
      () => member.text,
    )

  it('TXN-08, TXN-10, TXN-33: what is committed is read as a whole, with its offsets; what is aborted is not', async () => {
    const topic = 'committed'
    const producer = transactor('writer')
    await producer.expectNone('init')
    for (const end of ['commit', 'abort', 'commit', 'abort', 'abort', 'commit']) {
      const number = transactionsSoFar++
      const offsets = { group: 'elsewhere', topic, partition: 0, offset: number + 1 }
      const records = [send(topic, 0, `${end}-${number}-a`, `${end}-${number}-b`), send(topic, 1, `${end}-${number}-c`)]
      await producer.expectNone('begin', ...records, ['offsets', offsets], end)
    }
    await producer.expectNone('begin', send(topic, 0, 'last-0'), send(topic, 1, 'last-1'), 'commit')
    const committed = reader(topic, 'read_committed')
    const everything = reader(topic, 'read_uncommitted')
    await Promise.all([committed, everything].map(member => reads(member, 'last-0', 'last-1')))
    const values = (...numbers: number[]) => numbers.flatMap(n => [`commit-${n}-a`, `commit-${n}-b`, `commit-${n}-c`])
    expect(committed.read.toSorted()).toEqual([...values(0, 2, 5), 'last-0', 'last-1'])
    expect(everything.read.length).toBe(6 * 3 + 2)
    expect(await committedOffset('elsewhere', topic)).toBe('6')
  })

  it('TXN-30, TXN-35: an open transaction holds back what stands behind it, until it ends', async () => {
    const topic = 'held-back'
    const [open, other] = [transactor('open'), transactor('other')]
    await Promise.all([open.expectNone('init'), other.expectNone('init')])
    await open.expectNone('begin', send(topic, 0, 'first'))
    await other.expectNone('begin', send(topic, 0, 'second'), send(topic, 1, 'beside'), 'commit')
    const committed = reader(topic, 'read_committed')
    const everything = reader(topic, 'read_uncommitted')
    await reads(everything, 'first', 'second', 'beside')
    await reads(committed, 'beside')
    expect(committed.read).toEqual(['beside'])
    await open.expectNone('commit')
    await reads(committed, 'first', 'second')
    expect(committed.read).toEqual(['beside', 'first', 'second'])
  })

  it('TXN-02, TXN-05: a second producer with the same id fences the first, whose transaction is aborted', async () => {
    const topic = 'fenced'
    const zombie = transactor('one-at-a-time')
    await zombie.expectNone('init', 'begin', send(topic, 0, 'lost'))
    const heir = transactor('one-at-a-time')
    await heir.expectNone('init', 'begin', send(topic, 0, 'kept'), send(topic, 1, 'kept too'))
    expect(await zombie.ask('commit')).toMatchObject({ error: '_FENCED', fatal: true })
    await heir.expectNone('commit')
    const committed = reader(topic, 'read_committed')
    await reads(committed, 'kept', 'kept too')
    expect(committed.read.toSorted()).toEqual(['kept', 'kept too'])
  })

  it('TXN-13: a transaction that runs longer than its timeout is aborted by the coordinator', async () => {
    const topic = 'too-long'
    const slow = transactor('slow', { 'transaction.timeout.ms': 1_000 })
    await slow.expectNone('init', 'begin', send(topic, 0, 'too late'))
    const committed = reader(topic, 'read_committed')
    const other = transactor('behind it')
    await other.expectNone('init', 'begin', send(topic, 0, 'behind'), 'commit')
    await reads(committed, 'behind')
    expect(committed.read).toEqual(['behind'])
    expect((await slow.ask('commit')).error).not.toBe(null)
  })

  async function committedOffset(groupId: string, topic: string): Promise<string | undefined> {
    const admin = new Kafka({ brokers: bootstrap.split(','), logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
    await admin.disconnect()
    return found?.partitions.find(({ partition }) => partition === 0)?.offset
  }
})

let transactionsSoFar = 0
