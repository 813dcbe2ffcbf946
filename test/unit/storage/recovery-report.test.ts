import { describe, expect, it } from 'vitest'
import type { RecoveryProgress } from '../../../broker-core/storage/log-directory-port.ts'
import { RecoveryReport } from '../../../broker-core/storage/recovery-report.ts'

function reportOn(bytes: readonly number[]) {
  const told: RecoveryProgress[] = []
  const clock = { ms: 0 }
  const toScan = bytes.map((size, index) => ({ partition: `p-${index}`, bytes: size }))
  const report = new RecoveryReport('/data', toScan, { nowMs: () => 0, monotonicMs: () => clock.ms }, one => told.push(one))
  return { told, clock, toScan, report }
}

describe('the report of a recovery', () => {
  it('DISK-31: adds up the partitions of a directory, a few times a second and at the end', () => {
    const { told, clock, toScan, report } = reportOn([1_000, 0, 500])
    for (let done = 0; done <= 1_000; done += 10) {
      report.scanned(toScan[0]!, done)
      clock.ms += 10
    }
    for (const one of toScan) report.finished(one)
    expect(told.map(one => one.doneBytes)).toEqual([0, 250, 500, 750, 1_000, 1_500])
    expect(told.every(one => one.totalBytes === 1_500 && one.directory === '/data')).toBe(true)
    expect(told.at(-1)?.partition).toBe('p-2')
  })

  it('DISK-31: what was cut off counts as done, and a log that grew meanwhile never as more than all', () => {
    const { told, clock, toScan, report } = reportOn([1_000, 500])
    report.scanned(toScan[0]!, 300)
    report.finished(toScan[0]!)
    clock.ms += 300
    report.scanned(toScan[1]!, 9_000)
    expect(told.map(one => one.doneBytes)).toEqual([300, 1_500])
  })

  it('DISK-32: says nothing where nothing is to be scanned', () => {
    const { told, toScan, report } = reportOn([0, 0])
    for (const one of toScan) report.finished(one)
    expect(told).toEqual([])
  })
})
