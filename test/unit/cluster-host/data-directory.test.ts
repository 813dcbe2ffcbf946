import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDataDirectory } from '../../../src-main/cluster-host/data-directory.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brokerbench-unit-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const free = () => ({ release: () => undefined })
const quiet = () => undefined

describe('the data directory', () => {
  it('is made with a cluster id that stays', () => {
    const path = join(folder, 'a', 'b')
    const first = openDataDirectory(path, { brokers: undefined }, free, quiet)
    expect(first.file).toMatchObject({ brokers: 3, ports: [], isFormatted: false })
    expect(new Set(first.file.voterDirectoryIds).size).toBe(3)
    first.remember({ ports: [9092, 9093, 9094] })
    const second = openDataDirectory(path, { brokers: undefined }, free, quiet)
    expect(second.file).toEqual({ ...first.file, ports: [9092, 9093, 9094] })
  })

  it('is refused while another process has it', () => {
    expect(() => openDataDirectory(folder, { brokers: 3 }, () => undefined, quiet)).toThrow(
      `${folder} is in use by another Brokerbench`,
    )
  })

  it('remembers brokers that were added, also when it was written before there were such', () => {
    const old = { version: 1, clusterId: 'A'.repeat(22), brokers: 3, ports: [9092, 9093, 9094] }
    writeFileSync(join(folder, 'cluster.json'), JSON.stringify(old))
    const first = openDataDirectory(folder, { brokers: undefined }, free, quiet)
    // Static voters, which need no format.
    expect(first.file).toEqual({
      ...old,
      added: [],
      controllerPorts: [],
      voterDirectoryIds: [],
      isFormatted: true,
      properties: {},
      isResetting: false,
    })
    first.remember({ added: [{ brokerId: 4, port: 9095 }] })
    expect(openDataDirectory(folder, { brokers: 4 }, free, quiet).file.added).toEqual([{ brokerId: 4, port: 9095 }])
    expect(() => openDataDirectory(folder, { brokers: 3 }, free, quiet)).toThrow(/holds a cluster of 4 brokers, not of 3/)
  })

  it('is refused for fewer brokers, and given up again', () => {
    openDataDirectory(folder, { brokers: 3 }, free, quiet)
    let released = 0
    const lock = () => ({ release: () => void (released += 1) })
    expect(() => openDataDirectory(folder, { brokers: 2 }, lock, quiet)).toThrow(/holds a cluster of 3 brokers, not of 2/)
    expect(released).toBe(1)
  })

  it('is refused where a file lies in its place', () => {
    const path = join(folder, 'file')
    writeFileSync(path, '')
    expect(() => openDataDirectory(join(path, 'sub'), { brokers: 3 }, free, quiet)).toThrow(/cannot write to .*not a directory/)
  })

  it('sets aside a file that it does not understand, and says so', () => {
    writeFileSync(join(folder, 'cluster.json'), '{"version":1,')
    const told: string[] = []
    expect(openDataDirectory(folder, { brokers: 1 }, free, problem => told.push(problem)).file.brokers).toBe(1)
    expect(told[0]).toContain('cluster.json.bad')
    expect(readFileSync(join(folder, 'cluster.json.bad'), 'utf8')).toBe('{"version":1,')
  })
})
