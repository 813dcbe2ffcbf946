import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bootstrapFileName, readBootstrapFile, writeBootstrapFile } from '../../../broker-core/cluster/bootstrap-file.ts'
import { ConfigError } from '../../../broker-core/cluster/broker-config.ts'
import { featureRecords, newClusterLevels } from '../../../broker-core/controller/feature-levels.ts'
import { nodeEnv } from '../../../broker-core/env/node/node-env.ts'

const env = nodeEnv({ log: { write() {} } })

/** As `kafka-storage format --release-version 4.0` of Apache Kafka 4.3.1 wrote it. */
const byKafka = Buffer.from(
  [
    '0000000000000000000000470000000002dde09ddc002000000000000001a225abb7d5000001a225abb7d5ffffffffffffffffffffffffffff000000',
    '012a00000008000000031600000000000000000000000000000000000000010000008b00000000021a8a8e8b000000000002000001a225abb8350000',
    '01a225abb835ffffffffffffffffffffffffffff000000033a000000012e010c00116d657461646174612e76657273696f6e00190000340000020128',
    '010c000e67726f75702e76657273696f6e00010000400000040134010c00147472616e73616374696f6e2e76657273696f6e00020000000000000000',
    '00040000003f000000000295186be7002000000000000001a225abb83e000001a225abb83effffffffffffffffffffffffffff000000011a00000008',
    '000000040600000000',
  ].join(''),
  'hex',
)

describe('bootstrap.checkpoint', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'brokerbench-bootstrap-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))
  const file = () => join(directory, bootstrapFileName)
  const recordsOf = (release: string) => featureRecords(newClusterLevels({ release }))

  it('is read as Kafka wrote it', () => {
    expect(readBootstrapFile(directory, env)).toBeUndefined()
    writeFileSync(file(), byKafka)
    expect(readBootstrapFile(directory, env)).toEqual(recordsOf('4.0'))
  })

  it('is written in the form of Kafka: a batch of control before and after the records', () => {
    writeBootstrapFile(directory, recordsOf('4.0'), env)
    const own = readFileSync(file())
    expect(own).toHaveLength(byKafka.length)
    expect(readBootstrapFile(directory, env)).toEqual(recordsOf('4.0'))
  })

  it('with one byte changed, or cut anywhere, it is refused: what a cluster starts with is not guessed', () => {
    for (let at = 0; at < byKafka.length; at++) {
      // Neither the offset nor the epoch of a batch is under its checksum, and nothing here depends on them.
      const isChecked = [0, 83, 234].every(start => at < start || at >= start + 16 || (at >= start + 8 && at < start + 12))
      const changed = Buffer.from(byKafka)
      changed[at] = (changed[at] as number) ^ 0x11
      writeFileSync(file(), changed)
      if (isChecked) expect(() => readBootstrapFile(directory, env), `byte ${at} changed`).toThrow(ConfigError)
      writeFileSync(file(), byKafka.subarray(0, at))
      expect(() => readBootstrapFile(directory, env), `cut at ${at}`).toThrow(ConfigError)
    }
  })

  it.each([
    [new Map([['metadata.version', 7]]), 'metadata.version 7 is not known here, 17 to 30 are'],
    [
      new Map([
        ['metadata.version', 30],
        ['quantum.version', 1],
      ]),
      'quantum.version 1 is not known here',
    ],
    [new Map([['group.version', 1]]), 'it says no metadata.version'],
  ])('levels that are not known here are refused by name: %o', (levels, problem) => {
    writeBootstrapFile(directory, featureRecords(levels), env)
    expect(() => readBootstrapFile(directory, env)).toThrow(problem)
  })
})
