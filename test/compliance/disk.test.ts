import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Disk } from '../../broker-core/env/disk.ts'
import { faultyDisk } from '../../broker-core/env/faulty/disk.ts'
import { nodeDisk } from '../../broker-core/env/node/disk.ts'
import { SimulatedDisk } from '../simulation/sim-disk.ts'
import { seededRandom } from '../simulation/sim-random.ts'

const root = mkdtempSync(join(tmpdir(), 'disk-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let directories = 0

/** A fresh directory on each disk. */
const grounds: readonly (readonly [name: string, make: () => { disk: Disk; at: string }])[] = [
  ['node', () => ({ disk: nodeDisk, at: `${root}/${directories++}/data` })],
  [
    'faulty without faults',
    () => ({ disk: faultyDisk(nodeDisk, { refuse: () => undefined }), at: `${root}/${directories++}/data` }),
  ],
  ['simulated', () => ({ disk: new SimulatedDisk(seededRandom(1).fraction, Date.now), at: '/data' })],
]

const bytes = (...values: number[]) => Uint8Array.from(values)
const kind = (name: string) => expect.objectContaining({ name: 'DiskError', kind: name })

for (const [name, ground] of grounds) {
  describe(`Disk: ${name}`, () => {
    const fresh = () => {
      const { disk, at } = ground()
      disk.makeDirectory(at)
      return { disk, at }
    }
    const content = (disk: Disk, path: string) => {
      const file = disk.open(path, 'read')
      const into = new Uint8Array(file.size())
      expect(file.readAt(into, 0)).toBe(into.length)
      file.close()
      return [...into]
    }

    it('makes directories with their parents, again without an error, and lists names', () => {
      const { disk, at } = fresh()
      disk.makeDirectory(`${at}/a/b`)
      disk.makeDirectory(`${at}/a/b`)
      disk.open(`${at}/a/file`, 'create').close()
      expect(disk.list(`${at}/a`).toSorted()).toEqual(['b', 'file'])
      expect([disk.isDirectory(`${at}/a/b`), disk.isDirectory(`${at}/a/file`), disk.isDirectory(`${at}/none`)]).toEqual([
        true,
        false,
        false,
      ])
      expect([disk.exists(`${at}/a`), disk.exists(`${at}/a/file`), disk.exists(`${at}/none`)]).toEqual([true, true, false])
      disk.syncDirectory(`${at}/a`)
    })

    it('writes chunks one behind the other at a position and reads them back; beyond the end there is nothing', () => {
      const { disk, at } = fresh()
      const file = disk.open(`${at}/f`, 'create')
      file.writeAt([bytes(1, 2), bytes(), bytes(3)], 0)
      file.writeAt([bytes(9)], 1)
      file.writeAt([], 0)
      const into = new Uint8Array(5)
      expect(file.readAt(into, 1)).toBe(2)
      expect([...into]).toEqual([9, 3, 0, 0, 0])
      expect(file.readAt(into, 3)).toBe(0)
      expect(file.readAt(into, 300)).toBe(0)
      expect(file.size()).toBe(3)
      file.close()
      expect(disk.sizeOf(`${at}/f`)).toBe(3)
    })

    it('knows when a file was written last, and takes another time for it', () => {
      const { disk, at } = fresh()
      const file = disk.open(`${at}/f`, 'create')
      file.writeAt([bytes(1)], 0)
      file.close()
      expect(Math.abs(disk.modifiedMs(`${at}/f`) - Date.now())).toBeLessThan(60_000)
      disk.setModifiedMs(`${at}/f`, 1_700_000_000_123)
      expect(disk.modifiedMs(`${at}/f`)).toBe(1_700_000_000_123)
      expect(() => disk.modifiedMs(`${at}/none`)).toThrow(kind('not-found'))
      expect(() => disk.setModifiedMs(`${at}/none`, 5)).toThrow(kind('not-found'))
    })

    it('a write beyond the end leaves zeros between', () => {
      const { disk, at } = fresh()
      const file = disk.open(`${at}/f`, 'create')
      file.writeAt([bytes(1)], 3)
      file.close()
      expect(content(disk, `${at}/f`)).toEqual([0, 0, 0, 1])
    })

    it("what was written does not change with the writer's bytes", () => {
      const { disk, at } = fresh()
      const file = disk.open(`${at}/f`, 'create')
      const mine = bytes(1, 2, 3)
      file.writeAt([mine], 0)
      mine.fill(0)
      file.close()
      expect(content(disk, `${at}/f`)).toEqual([1, 2, 3])
    })

    it('more chunks than a system call takes are all written', () => {
      const { disk, at } = fresh()
      const file = disk.open(`${at}/f`, 'create')
      file.writeAt(
        Array.from({ length: 5000 }, (_, n) => bytes(n & 0xff, n >> 8)),
        10,
      )
      file.close()
      const back = content(disk, `${at}/f`).slice(10)
      expect(back.length).toBe(10_000)
      expect(back.every((byte, n) => byte === (n % 2 === 0 ? (n / 2) & 0xff : ((n - 1) / 2) >> 8))).toBe(true)
    })

    it('resize cuts, and grows with zeros', () => {
      const { disk, at } = fresh()
      const file = disk.open(`${at}/f`, 'create')
      file.writeAt([bytes(1, 2, 3)], 0)
      file.resize(1)
      file.resize(3)
      file.close()
      expect(content(disk, `${at}/f`)).toEqual([1, 0, 0])
    })

    it('create keeps what is there; read refuses writes; write refuses to create', () => {
      const { disk, at } = fresh()
      const file = disk.open(`${at}/f`, 'create')
      file.writeAt([bytes(1)], 0)
      file.sync()
      file.close()
      file.close()
      const again = disk.open(`${at}/f`, 'create')
      expect(again.size()).toBe(1)
      again.close()
      const reader = disk.open(`${at}/f`, 'read')
      expect(() => reader.writeAt([bytes(2)], 0)).toThrow(expect.objectContaining({ name: 'DiskError' }))
      reader.close()
      expect(() => disk.open(`${at}/none`, 'write')).toThrow(kind('not-found'))
      expect(() => disk.open(`${at}/none`, 'read')).toThrow(kind('not-found'))
      expect(disk.exists(`${at}/none`)).toBe(false)
    })

    it('syncs in the background, also when the file is closed meanwhile', async () => {
      const { disk, at } = fresh()
      const file = disk.open(`${at}/f`, 'create')
      file.writeAt([bytes(1)], 0)
      await file.syncInBackground()
      const late = file.syncInBackground()
      file.close()
      await late
    })

    it('rename replaces its target; of a missing file it is not-found', () => {
      const { disk, at } = fresh()
      for (const [path, value] of [
        ['one', 1],
        ['two', 2],
      ] as const) {
        const file = disk.open(`${at}/${path}`, 'create')
        file.writeAt([bytes(value)], 0)
        file.close()
      }
      disk.rename(`${at}/one`, `${at}/two`)
      expect(disk.list(at)).toEqual(['two'])
      expect(content(disk, `${at}/two`)).toEqual([1])
      expect(() => disk.rename(`${at}/none`, `${at}/x`)).toThrow(kind('not-found'))
    })

    it('rename moves a directory with everything in it', () => {
      const { disk, at } = fresh()
      disk.makeDirectory(`${at}/topic-0/inner`)
      disk.open(`${at}/topic-0/inner/f`, 'create').close()
      disk.rename(`${at}/topic-0`, `${at}/topic-0.x-delete`)
      expect(disk.list(at)).toEqual(['topic-0.x-delete'])
      expect(disk.list(`${at}/topic-0.x-delete/inner`)).toEqual(['f'])
    })

    it('removal of what is not there is no error; a directory goes with everything in it', () => {
      const { disk, at } = fresh()
      disk.makeDirectory(`${at}/d/e`)
      disk.open(`${at}/d/e/f`, 'create').close()
      disk.remove(`${at}/d/e/none`)
      disk.remove(`${at}/d/e/f`)
      expect(disk.list(`${at}/d/e`)).toEqual([])
      disk.removeDirectory(`${at}/d`)
      disk.removeDirectory(`${at}/d`)
      expect(disk.list(at)).toEqual([])
      expect(() => disk.list(`${at}/d`)).toThrow(kind('not-found'))
    })

    it('the lock excludes until it is released', () => {
      const { disk, at } = fresh()
      const lock = disk.lock(`${at}/.lock`)
      expect(lock).toBeDefined()
      expect(disk.lock(`${at}/.lock`)).toBeUndefined()
      lock?.release()
      const again = disk.lock(`${at}/.lock`)
      expect(again).toBeDefined()
      again?.release()
    })

    it('knows the space of the volume, also of a directory yet to be made', () => {
      const { disk, at } = ground()
      const { totalBytes, freeBytes } = disk.space(`${at}/not/yet`)
      expect(totalBytes).toBeGreaterThan(0)
      expect(freeBytes).toBeGreaterThan(0)
      expect(freeBytes).toBeLessThanOrEqual(totalBytes)
    })
  })
}
