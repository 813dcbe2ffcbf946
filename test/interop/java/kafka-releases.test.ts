import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { apacheKafkaMissing, startApacheKafka } from '../../helpers/apache-kafka.ts'
import { startBrokerProcess, type BrokerProcess } from '../../helpers/broker-process.ts'
import { freePortRun } from '../../helpers/free-ports.ts'

/** A directory that Kafka's own tool formatted for an earlier release, served by us, by Apache Kafka and by us again. */
const tools = join(import.meta.dirname, '../../../../shared/peers/kafka/tool')
const missing = apacheKafkaMissing()
if (missing !== undefined) process.stdout.write(`kafka-releases: ${missing}; nobody else formats our directories\n`)

/** The controller of the starting script listens a hundred ports above. */
const controllerOffset = 100

describe.runIf(missing === undefined)('META-11: directories of earlier releases', () => {
  const folder = mkdtempSync(join(tmpdir(), 'brokerbench-releases-'))
  const data = join(folder, 'node-1', 'data')
  let ours: BrokerProcess | undefined
  let port = 0
  afterAll(async () => {
    await ours?.stop('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  function tool(...args: readonly string[]): string {
    const env = { ...process.env, KAFKA_TOOL_HEAP: '128m' }
    const { stdout, stderr } = spawnSync(tools, args, { encoding: 'utf8', env })
    return `${stdout}\n${stderr}`
  }
  const features = (...args: readonly string[]) => tool('features', '--bootstrap-server', `127.0.0.1:${port}`, ...args)
  const level = (text: string, feature: string) => new RegExp(`${feature}.*FinalizedVersionLevel: (\\S+)`).exec(text)?.[1]
  const properties = () => ({
    'node.id': '1',
    'process.roles': 'broker,controller',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${port + controllerOffset}`,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@127.0.0.1:${port + controllerOffset}`,
    'log.dirs': data,
  })
  async function startOurs(): Promise<BrokerProcess> {
    ours = startBrokerProcess(folder, 1, properties())
    await ours.ready
    return ours
  }
  function formatByKafka(release: string): void {
    const file = join(folder, 'formatted.properties')
    mkdirSync(join(folder, 'node-1'), { recursive: true })
    writeFileSync(
      file,
      Object.entries(properties())
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
    writeFileSync(join(folder, 'cluster-id'), 'cluster-of-releases-id')
    const wish = ['--cluster-id', 'cluster-of-releases-id', '--release-version', release]
    expect(tool('storage', 'format', '--config', file, ...wish)).toContain('3.9-IV0')
  }

  it('are served at their level, go up and down as Kafka allows, and are handed back and forth', {
    timeout: 300_000,
  }, async () => {
    port = await freePortRun(1)
    formatByKafka('3.9')
    const first = await startOurs()
    const before = features('describe')
    expect([level(before, 'metadata.version'), level(before, 'group.version')]).toEqual(['3.9-IV0', '0'])
    expect(tool('topics', '--bootstrap-server', `127.0.0.1:${port}`, '--create', '--topic', 'old')).toContain('Created topic old')
    const up = features('upgrade', '--release-version', '4.2')
    expect(up).toContain('metadata.version was upgraded to 29.')
    expect(up).toContain('eligible.leader.replicas.version was upgraded to 1.')
    expect(features('downgrade', '--metadata', '4.0-IV3')).toContain('metadata.version was downgraded to 25.')
    expect(features('downgrade', '--metadata', '3.9-IV0')).toContain('might delete metadata information')
    expect(tool('topics', '--bootstrap-server', `127.0.0.1:${port}`, '--create', '--topic', 'new')).toContain('Created topic new')
    await first.stop()

    const log = join(data, '__cluster_metadata-0', '00000000000000000000.log')
    const dumped = tool('dump-log', '--cluster-metadata-decoder', '--files', log)
    const versions = (type: string) =>
      [...dumped.matchAll(new RegExp(`"${type}","version":(\\d)`, 'g'))].map(([, found]) => found)
    expect(versions('PARTITION_RECORD')).toEqual(['1', '2'])
    expect(new Set(versions('REGISTER_BROKER_RECORD'))).toEqual(new Set(['3']))

    const kafka = await startApacheKafka(1, { folder, port })
    try {
      expect(level(features('describe'), 'metadata.version')).toBe('4.0-IV3')
      expect(tool('topics', '--bootstrap-server', `127.0.0.1:${port}`, '--list').split('\n')).toEqual(
        expect.arrayContaining(['new', 'old']),
      )
      expect(features('upgrade', '--release-version', '4.3')).toContain('metadata.version was upgraded to 30.')
    } finally {
      kafka.close()
    }
    const again = await startOurs()
    expect(level(features('describe'), 'metadata.version')).toBe('4.3-IV0')
    await again.stop()
  })
})
