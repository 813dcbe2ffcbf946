import { describe, expect, it } from 'vitest'
import { brokerConfig } from '../../../broker-core/cluster/broker-config.ts'
import { openStorage } from '../../../broker-core/cluster/open-storage.ts'
import type { Env } from '../../../broker-core/env/env.ts'
import { LogDirectoryRefused } from '../../../broker-core/storage/log-directory-port.ts'
import { testStorage } from '../storage/storage-env.ts'

const config = brokerConfig(
  new Map([
    ['node.id', '1'],
    ['listeners', 'PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093'],
    ['cluster.id', 'test-cluster'],
    ['log.dirs', 'one,two'],
  ]),
  () => {},
)

describe('the log directories of a node', () => {
  it('SEMANTICS 2.9, KIP-858: a directory that was copied beside the one it is a copy of is refused, and nothing is touched', () => {
    const env = testStorage()
    const open = () => openStorage(config, env as unknown as Env, { configOf: () => ({}) })
    const first = open()
    for (const directory of first.directories.all) directory.close(5)
    const original = env.disk.bytesOf('one/meta.properties').slice()
    const copy = env.disk.open('two/meta.properties', 'write')
    const before = env.disk.bytesOf('two/meta.properties').slice()
    copy.writeAt([original], 0)
    expect(open).toThrow(LogDirectoryRefused)
    expect(open).toThrow(/two .*directory\.id .*one/)
    copy.writeAt([before], 0)
    expect(open().previousBrokerEpoch).toBe(5)
  })
})
