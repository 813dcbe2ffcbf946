import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { parseMetaProperties } from '../../broker-core/storage/meta-properties.ts'
import { apacheKafkaMissing, startApacheKafka } from '../helpers/apache-kafka.ts'
import { freePortRun } from '../helpers/free-ports.ts'
import { currentState, observeAt, unpackRecording } from '../helpers/recorded-directories.ts'

const missing = apacheKafkaMissing()
if (missing !== undefined) process.stdout.write(`recorded-directories: ${missing}; our recorded directory is not served by it\n`)

/** A clean directory of ours is served by it in java/kafka-takes-over. */
describe.runIf(missing === undefined)('Apache Kafka on a copy of a directory that ours recorded', () => {
  let folder = ''
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('DISK-30, DISK-31: after a kill it serves the same records, offsets by time and aborted ranges', async () => {
    folder = mkdtempSync(join(tmpdir(), 'brokerbench-recorded-'))
    const recording = unpackRecording('brokerbench')
    mkdirSync(join(folder, 'node-1'))
    cpSync(recording.killed, join(folder, 'node-1', 'data'), { recursive: true })
    recording.remove()
    const { clusterId } = parseMetaProperties(readFileSync(join(folder, 'node-1', 'data', 'meta.properties'), 'utf8'))
    writeFileSync(join(folder, 'cluster-id'), clusterId ?? '')
    const kafka = await startApacheKafka(1, {
      folder,
      port: await freePortRun(101),
      // What is recorded as alive has to be given up first.
      overrides: ['broker.session.timeout.ms=4000', 'broker.heartbeat.interval.ms=500'],
    })
    try {
      expect(currentState(await observeAt(kafka.bootstrap))).toEqual(currentState(recording.observed))
      expect(readFileSync(join(folder, 'node-1', 'log'), 'utf8')).not.toMatch(
        /ERROR .*(kafka\.log|LogManager|LogLoader|UnifiedLog)|corrupt/i,
      )
    } finally {
      kafka.close()
    }
  })
})
