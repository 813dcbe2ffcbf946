import { type ChildProcess, spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findCoordinator } from '../../broker-core/protocol/messages/10-find-coordinator.ts'
import { conversation } from '../helpers/broker-conversation.ts'
import { type InProcessCluster, startCluster } from '../helpers/in-process-cluster.ts'
import { kcat, kcatPath } from '../helpers/kcat.ts'

const partitions = 6
const recordCount = 300

/** A kcat that consumes as a member of a group, and what it has printed. */
class Member {
  readonly #process: ChildProcess
  readonly lines: string[] = []
  readonly #ended: Promise<void>

  constructor(bootstrap: string, group: string, topic: string, options: readonly string[] = []) {
    const settings = ['session.timeout.ms=6000', 'auto.offset.reset=earliest', 'auto.commit.interval.ms=100', ...options]
    const flags = settings.flatMap(setting => ['-X', setting])
    this.#process = spawn(kcatPath ?? 'kcat', ['-b', bootstrap, '-G', group, ...flags, '-q', '-u', '-f', '%p %s\n', topic])
    let rest = ''
    this.#process.stdout?.on('data', chunk => {
      const parts = `${rest}${String(chunk)}`.split('\n')
      rest = parts.pop() ?? ''
      this.lines.push(...parts)
    })
    this.#ended = new Promise(resolve => this.#process.once('close', () => resolve()))
  }

  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#process.kill(signal)
    return this.#ended
  }
}

describe('kcat in groups', () => {
  let cluster: InProcessCluster
  let bootstrap: string
  beforeAll(async () => {
    cluster = await startCluster({ properties: { 'num.partitions': `${partitions}` } })
    bootstrap = cluster.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
  })
  afterAll(() => cluster.close())

  it.each(['range,roundrobin', 'cooperative-sticky'])(
    'GRP-04, GRP-08: three members share the partitions, one dies, one leaves, nothing is lost (%s)',
    async strategy => {
      const topic = `shared-${strategy.split(',')[0]}`
      await produce(bootstrap, topic, 'first')
      const join = () => new Member(bootstrap, `readers-${strategy}`, topic, [`partition.assignment.strategy=${strategy}`])
      const members = [join(), join(), join()]
      const seen = () => new Set(members.flatMap(member => member.lines.map(line => line.split(' ')[1])))
      await until(() => seen().size === recordCount)

      await members[0]?.end('SIGKILL')
      await members[1]?.end('SIGTERM')
      await produce(bootstrap, topic, 'second')
      await until(() => seen().size === 2 * recordCount)
      const survivor = members[2]?.lines.filter(line => line.includes('second')) ?? []
      expect(new Set(survivor.map(line => line.split(' ')[0])).size).toBe(partitions)
      await members[2]?.end('SIGTERM')
    },
  )

  async function coordinatorOf(group: string): Promise<number> {
    const talk = conversation()
    const request = { ...findCoordinator.request.zero, coordinatorKeys: [group] }
    const { coordinators } = await talk.call(cluster.bootstrap[0]?.port ?? 0, findCoordinator, request)
    talk.close()
    return coordinators[0]?.nodeId ?? -1
  }

  it('GRP-13: members go on when the broker of their coordinator dies', async () => {
    await produce(bootstrap, 'lasting', 'first')
    const members = [0, 1].map(() => new Member(bootstrap, 'lasting-readers', 'lasting'))
    const seen = () => new Set(members.flatMap(member => member.lines.map(line => line.split(' ')[1])))
    await until(() => seen().size === recordCount)
    const victim = await coordinatorOf('lasting-readers')
    await cluster.kill(victim)
    await produce(bootstrap, 'lasting', 'second')
    await until(() => seen().size === 2 * recordCount)
    await Promise.all(members.map(member => member.end('SIGTERM')))
    await cluster.start(victim)
  })
})

async function produce(bootstrap: string, topic: string, name: string): Promise<void> {
  const lines = Array.from({ length: recordCount }, (_, index) => `${index}:${name}-${index}\n`).join('')
  const { status, stderr } = await kcat(['-b', bootstrap, '-P', '-t', topic, '-K:'], lines)
  if (status !== 0) throw new Error(`kcat ended with ${status}: ${stderr}`)
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('the awaited condition did not come true within 60 s')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
