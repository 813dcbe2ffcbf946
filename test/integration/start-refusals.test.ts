import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { startBroker } from '../../broker-core/cluster/broker.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { freePorts } from '../helpers/free-ports.ts'

const env = nodeEnv({ log: { write: () => {} } })

describe('a broker that cannot start says why, in one error, and leaves nothing behind', () => {
  let folder: string
  let ports: number[]
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
    ports = await freePorts(2)
  })
  afterEach(() => {
    chmodSync(folder, 0o755)
    rmSync(folder, { recursive: true, force: true })
  })

  const configOf = (more: Record<string, string> = {}) =>
    brokerConfig(
      new Map(
        Object.entries({
          'node.id': '1',
          listeners: `PLAINTEXT://127.0.0.1:${ports[0]},CONTROLLER://127.0.0.1:${ports[1]}`,
          'log.dirs': join(folder, 'data'),
          ...more,
        }),
      ),
      () => {},
    )

  it('one broker alone serves, stops cleanly and may start again', async () => {
    for (let run = 0; run < 2; run += 1) {
      const broker = await startBroker(configOf(), env)
      await broker.ready
      expect(broker.port).toBe(ports[0])
      await broker.stop()
      expect(existsSync(join(folder, 'data', '.kafka_cleanshutdown'))).toBe(true)
    }
  })

  it('after kill() there is no clean mark, and the next start works', async () => {
    const broker = await startBroker(configOf(), env)
    await broker.ready
    await broker.kill()
    expect(existsSync(join(folder, 'data', '.kafka_cleanshutdown'))).toBe(false)
    const again = await startBroker(configOf(), env)
    await again.ready
    await again.stop()
  })

  it('a stop before it is ready rejects `ready` and is no failure', async () => {
    const voters = `1@127.0.0.1:${ports[1]},2@127.0.0.1:1,3@127.0.0.1:2`
    const broker = await startBroker(configOf({ 'controller.quorum.voters': voters }), env)
    const ready = broker.ready.then(
      () => 'ready',
      () => 'rejected',
    )
    await broker.stop()
    expect(await ready).toBe('rejected')
    expect(await Promise.race([broker.failed, Promise.resolve('no failure')])).toBe('no failure')
  })

  it('port taken: the listener and the port are named, and the directory is free again', async () => {
    const other = createServer().listen(ports[0], '127.0.0.1')
    await new Promise(resolve => other.once('listening', resolve))
    await expect(startBroker(configOf(), env)).rejects.toThrow(new RegExp(`PLAINTEXT.*${ports[0]}.*address-in-use`))
    await new Promise(resolve => other.close(resolve))
    const broker = await startBroker(configOf(), env)
    await broker.ready
    await broker.stop()
  })

  it('directory locked by another broker: it is named', async () => {
    const first = await startBroker(configOf(), env)
    await first.ready
    const [other, otherController] = await freePorts(2)
    const listeners = `PLAINTEXT://127.0.0.1:${other},CONTROLLER://127.0.0.1:${otherController}`
    await expect(startBroker(configOf({ listeners }), env)).rejects.toThrow(/data.*(lock|use)|(lock|use).*data/i)
    await first.stop()
  })

  it('directory not writable: it is named', async () => {
    chmodSync(folder, 0o555)
    // Nothing is forbidden to root, but not even root can make a directory there.
    const directory = process.getuid?.() === 0 ? '/sys/brokerbench/data' : join(folder, 'data')
    await expect(startBroker(configOf({ 'log.dirs': directory }), env)).rejects.toThrow(/data/)
  })

  it('directory of another node or cluster: refused', async () => {
    const first = await startBroker(configOf(), env)
    await first.ready
    await first.stop()
    await expect(startBroker(configOf({ 'cluster.id': 'another-cluster-000000' }), env)).rejects.toThrow(/cluster/i)
    const asNode2 = { 'node.id': '2', 'controller.quorum.voters': `2@127.0.0.1:${ports[1]}` }
    await expect(startBroker(configOf(asNode2), env)).rejects.toThrow(/node/i)
  })

  it('a damaged quorum-state: a node that forgot its vote must not vote; it is named, and port and directory are free again', async () => {
    const first = await startBroker(configOf(), env)
    await first.ready
    await first.stop()
    const path = join(folder, 'data', '__cluster_metadata-0', 'quorum-state')
    const whole = readFileSync(path)
    writeFileSync(path, '{')
    await expect(startBroker(configOf(), env)).rejects.toThrow(/quorum-state/)
    writeFileSync(path, whole)
    const again = await startBroker(configOf(), env)
    await again.ready
    await again.stop()
  })

  it('log.dirs is a file: refused with its name', async () => {
    writeFileSync(join(folder, 'data'), 'no directory')
    await expect(startBroker(configOf(), env)).rejects.toThrow(/data/)
  })
})
