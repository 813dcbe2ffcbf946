import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { GroupMember } from '../helpers/group-member.ts'
import { playGroupLife } from '../helpers/group-scenario.ts'
import { removeDataFolder, type ServeProcess, startServe } from '../helpers/serve-process.ts'

const sessionTimeoutMs = 3_000
const overrides = ['group.min.session.timeout.ms=1000', 'group.initial.rebalance.delay.ms=0']

describe('kafkajs consumer groups against brokerbench serve', () => {
  let cluster: ServeProcess
  beforeAll(async () => {
    const args = ['--brokers', '3', '--no-ui', ...overrides.flatMap(override => ['--override', override])]
    cluster = await startServe({ args })
  })
  afterAll(async () => {
    await cluster.stop()
    removeDataFolder(cluster.dataFolder)
  })

  it('GRP-03, GRP-08: one to eight members join, leave and die; nothing is lost, nothing has two owners', async () => {
    const { bootstrap } = cluster
    const args = [program('kafkajs-member.mjs'), bootstrap, 'life', 'life', `${sessionTimeoutMs}`]
    await playGroupLife({ bootstrap, topic: 'life', newMember: () => new GroupMember(process.execPath, args) })
  })
})

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
