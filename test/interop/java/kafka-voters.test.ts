import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamicQuorum, type DynamicQuorum } from '../../helpers/dynamic-quorum.ts'
import { eventually } from '../../helpers/broker-conversation.ts'

/** Kafka's own tools on a quorum of ours whose voters change (KIP-853). */
const tools = join(import.meta.dirname, '../../../../shared/peers/kafka/tool')
const canRun = existsSync(tools) && spawnSync('java', ['-version']).status === 0
if (!canRun) process.stdout.write('kafka-voters: no JVM or no Apache Kafka here; its tools change no voters\n')

let quorum: DynamicQuorum

function tool(...args: readonly string[]): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(tools, args, {
    encoding: 'utf8',
    env: { ...process.env, KAFKA_TOOL_HEAP: '128m' },
  })
  return { status, text: `${stdout}\n${stderr}` }
}
const bootstrap = () => ['--bootstrap-server', `127.0.0.1:${quorum.port(1)}`]

/** Asks again while the leader is busy, or the new voter has not caught up. */
async function untilDone(...args: readonly string[]): Promise<string> {
  return await eventually(
    async () => {
      const { status, text } = tool(...args)
      return status === 0 ? text : undefined
    },
    args.join(' '),
    60_000,
  )
}

describe.skipIf(!canRun)("Kafka's tools and our voters", () => {
  beforeAll(async () => {
    quorum = await dynamicQuorum({ voters: 2, spares: 1 })
    await Promise.all([1, 2].map(nodeId => quorum.start(nodeId)))
    quorum.format(3)
    await quorum.start(3)
  }, 120_000)
  afterAll(async () => await quorum.close())

  it('kafka-metadata-quorum adds a controller, shows it, and removes one', { timeout: 240_000 }, async () => {
    const features = tool('features', ...bootstrap(), 'describe').text
    expect(features).toMatch(
      /Feature: kraft\.version\s+SupportedMinVersion: 0\s+SupportedMaxVersion: 1\s+FinalizedVersionLevel: 1/,
    )

    const config = ['--command-config', quorum.configFile(3)]
    expect(await untilDone('metadata-quorum', ...bootstrap(), ...config, 'add-controller')).toContain('Added controller 3')
    const status = tool('metadata-quorum', ...bootstrap(), 'describe', '--status').text
    expect(status).toMatch(new RegExp(`CurrentVoters:.*"id": 3, "directoryId": "${quorum.directoryId(3)}"`))
    expect(status).toContain(`CONTROLLER://127.0.0.1:${quorum.controllerPort(3)}`)
    const replication = tool('metadata-quorum', ...bootstrap(), 'describe', '--replication').text
    expect(replication).toContain(quorum.directoryId(3))

    const again = tool('metadata-quorum', ...bootstrap(), ...config, 'add-controller')
    expect([again.status, again.text]).toEqual([1, expect.stringContaining('DuplicateVoterException')])

    const which = ['--controller-id', '2', '--controller-directory-id', quorum.directoryId(2)]
    expect(await untilDone('metadata-quorum', ...bootstrap(), 'remove-controller', ...which)).toMatch(
      /Removed +KRaft controller 2/,
    )
    const after = tool('metadata-quorum', ...bootstrap(), 'describe', '--status').text
    expect(/CurrentVoters:(.*)/.exec(after)?.[1]).not.toContain('"id": 2')
    expect(/CurrentObservers:(.*)/.exec(after)?.[1]).toContain('"id": 2')
    const unknown = tool('metadata-quorum', ...bootstrap(), 'remove-controller', ...which)
    expect([unknown.status, unknown.text]).toEqual([1, expect.stringContaining('VoterNotFoundException')])
  })

  it("kafka-dump-log reads the quorum's records in our log", () => {
    const file = join(quorum.folder, 'broker-1', '__cluster_metadata-0', '00000000000000000000.log')
    const { text } = tool('dump-log', '--cluster-metadata-decoder', '--files', file)
    expect(text).toMatch(/KRaftVersion.*"kRaftVersion":1/)
    expect(text).toMatch(new RegExp(`KRaftVoters.*${quorum.directoryId(3)}`))
  })
})
