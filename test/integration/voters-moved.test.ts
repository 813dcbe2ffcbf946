import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { startBroker, type RunningBroker } from '../../broker-core/cluster/broker.ts'
import { formatDirectories, parseInitialControllers } from '../../broker-core/cluster/format-directories.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { freePorts } from '../helpers/free-ports.ts'

const ids = [1, 2, 3]
const clusterId = 'moved-quorum-of-a-test'
const folder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
let running: RunningBroker[] = []
afterEach(async () => {
  await Promise.all(running.map(broker => broker.kill()))
  rmSync(folder, { recursive: true })
})

it('KIP-853: voters that all listen elsewhere after a restart find each other among the bootstrap servers', async () => {
  const ports = await freePorts(9)
  const config = (id: number, first: number) =>
    brokerConfig(
      new Map([
        ['node.id', String(id)],
        ['process.roles', 'broker,controller'],
        ['cluster.id', clusterId],
        ['listeners', `PLAINTEXT://127.0.0.1:${ports[id - 1]},CONTROLLER://127.0.0.1:${ports[first + id - 1]}`],
        ['controller.listener.names', 'CONTROLLER'],
        ['controller.quorum.bootstrap.servers', ids.map(each => `127.0.0.1:${ports[first + each - 1]}`).join()],
        ['log.dirs', join(folder, `broker-${id}`)],
      ]),
      () => undefined,
    )
  const env = nodeEnv({ log: { write: () => undefined } })
  const list = ids.map(id => `${id}@127.0.0.1:${ports[3 + id - 1]}:${`voter-${id}`.padEnd(21, 'x')}A`).join()
  const initialControllers = parseInitialControllers(list, 'CONTROLLER')
  for (const id of ids) formatDirectories(config(id, 3), { clusterId, initialControllers }, env)
  expect(() => formatDirectories(config(1, 3), { clusterId, initialControllers }, env)).toThrow('formatted already')
  for (const first of [3, 6]) {
    running = await Promise.all(ids.map(id => startBroker(config(id, first), env)))
    await Promise.all(running.map(broker => broker.ready))
    await Promise.all(running.map(broker => broker.stop()))
  }
}, 60_000)
