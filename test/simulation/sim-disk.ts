import type { Disk, DiskErrorKind, DiskFile, DiskLock } from '../../broker-core/env/disk.ts'
import { DiskError } from '../../broker-core/env/disk.ts'
import { joined } from './sim-bytes.ts'
import { seededRandom } from './sim-random.ts'

/** Thrown out of the call during which the simulated power went, and of every one after it until the restart. */
export class SimulatedCrash extends DiskError {
  constructor(path: string, operation: DiskOperation) {
    super('io', path, `power lost during ${operation}`)
  }
}

export type DiskOperation =
  | 'create'
  | 'write'
  | 'resize'
  | 'sync'
  | 'rename'
  | 'remove'
  | 'makeDirectory'
  | 'syncDirectory'
  | 'read'
  | 'list'

/** What a crash leaves of that which was not made durable. */
export type Survival =
  /** The process was killed: the page cache is whole. */
  | 'everything'
  /** Power loss: nothing beyond the last sync. */
  | 'nothing'
  /** Power loss: any part of the data, torn anywhere; of the directory changes those up to some point. */
  | 'some'

interface PendingWrite {
  readonly position: number
  /** Undefined: a resize to `position`. */
  readonly bytes: Uint8Array | undefined
}

/** What a name in a directory stands for, whatever happens to the name. */
interface Inode {
  live: Content
  durable: Content
  pending: PendingWrite[]
  modifiedMs: number
}

/** Zeros behind what was written up to `size` take no memory, as in a sparse file. */
class Content {
  size: number
  /** With room to grow, so that a log does not move with each append. */
  #room: Uint8Array
  #written: number
  constructor(bytes: Uint8Array = new Uint8Array(0), size = bytes.length) {
    this.#room = bytes
    this.#written = bytes.length
    this.size = size
  }
  bytes(): Uint8Array {
    return this.#room.subarray(0, this.#written)
  }
  copy(): Content {
    return new Content(this.bytes().slice(), this.size)
  }
  resize(size: number): void {
    if (size < this.#written) {
      this.#room.fill(0, size, this.#written)
      this.#written = size
    }
    this.size = size
  }
  apply(write: PendingWrite, length = write.bytes?.length ?? 0): void {
    if (write.bytes === undefined) return this.resize(write.position)
    const end = write.position + length
    if (end > this.#room.length) {
      const larger = new Uint8Array(Math.max(end, this.#room.length * 2))
      larger.set(this.bytes())
      this.#room = larger
    }
    this.#room.set(length === write.bytes.length ? write.bytes : write.bytes.subarray(0, length), write.position)
    this.#written = Math.max(this.#written, end)
    this.size = Math.max(this.size, end)
  }
  read(into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.size - position))
    const stored = this.#room.subarray(position, Math.max(position, Math.min(position + count, this.#written)))
    into.set(stored)
    into.fill(0, stored.length, count)
    return count
  }
}

type Names = Map<string, Inode | 'directory'>

/**
 * A disk in memory that forgets like a real one. Directory changes go through one journal, so after a power loss a prefix of those not
 * synced survives; the data of a file survives from its last sync, plus any part of what was written since.
 */
export class SimulatedDisk implements Disk {
  /** Calls that change something, so far. A crash or a refusal is placed by this count. */
  changeCount = 0
  /** Crash during the change with this number; a write is torn at a random place. */
  crashAt = Number.POSITIVE_INFINITY
  /** Answers an error kind to make a call fail, as a full or broken disk does. */
  refuse: (operation: DiskOperation, path: string) => DiskErrorKind | undefined = () => undefined
  freeBytes = 1e12
  /** As `ulimit -n`. */
  openFilesMax = Number.POSITIVE_INFINITY
  #openFiles = 0
  #names: Names = new Map()
  #durableNames: Names = new Map()
  #journal: ((names: Names) => void)[] = []
  readonly #locks = new Set<string>()
  readonly #fraction: () => number
  readonly #nowMs: () => number
  #generation = 0

  constructor(fraction: () => number, nowMs: () => number = () => 0) {
    this.#fraction = fraction
    this.#nowMs = nowMs
  }

  /** The machine comes up again: what is left is durable now, locks and open files are gone. */
  restart(survival: Survival): void {
    const keep =
      survival === 'everything' ? this.#journal.length : survival === 'nothing' ? 0 : this.#below(this.#journal.length + 1)
    for (const change of this.#journal.slice(0, keep)) change(this.#durableNames)
    this.#journal = []
    this.#names = new Map(this.#durableNames)
    for (const inode of new Set(this.#names.values())) if (inode !== 'directory') this.#settle(inode, survival)
    this.#locks.clear()
    this.crashAt = Number.POSITIVE_INFINITY
    this.#generation++
    this.#openFiles = 0
  }

  open(path: string, mode: 'read' | 'write' | 'create'): DiskFile {
    let inode = this.#names.get(path)
    if (inode === undefined && mode === 'create') {
      this.#change('create', path)
      this.#requireParent(path)
      const made: Inode = { live: new Content(), durable: new Content(), pending: [], modifiedMs: this.#nowMs() }
      this.#record(names => names.set(path, made))
      inode = made
    }
    if (inode === undefined || inode === 'directory') throw new DiskError('not-found', path, 'no such file')
    if (this.#openFiles >= this.openFilesMax) throw new DiskError('too-many-open', path, 'too many open files')
    return this.#file(path, inode, mode === 'read')
  }

  exists(path: string): boolean {
    return this.#names.has(path)
  }

  list(path: string): string[] {
    this.#check('list', path)
    if (this.#names.get(path) !== 'directory') throw new DiskError('not-found', path, 'no such directory')
    const prefix = `${path}/`
    return [...this.#names.keys()]
      .filter(name => name.startsWith(prefix) && !name.includes('/', prefix.length))
      .map(name => name.slice(prefix.length))
  }

  isDirectory(path: string): boolean {
    return this.#names.get(path) === 'directory'
  }

  sizeOf(path: string): number {
    return this.#fileOf(path).live.size
  }

  modifiedMs(path: string): number {
    return this.#fileOf(path).modifiedMs
  }

  setModifiedMs(path: string, modifiedMs: number): void {
    this.#change('write', path)
    this.#fileOf(path).modifiedMs = modifiedMs
  }

  makeDirectory(path: string): void {
    if (this.#names.has(path)) return
    this.#change('makeDirectory', path)
    const parts = path.split('/')
    for (let i = 1; i <= parts.length; i++) {
      const each = parts.slice(0, i).join('/')
      if (each !== '' && !this.#names.has(each)) this.#record(names => names.set(each, 'directory'))
    }
  }

  rename(from: string, to: string): void {
    this.#change('rename', from)
    if (!this.#names.has(from)) throw new DiskError('not-found', from, 'no such file')
    this.#record(names => {
      const moved = [...names].filter(([name]) => name === from || name.startsWith(`${from}/`))
      for (const [name] of moved) names.delete(name)
      for (const [name, inode] of moved) names.set(to + name.slice(from.length), inode)
    })
  }

  remove(path: string): void {
    if (!this.#names.has(path)) return
    this.#change('remove', path)
    this.#record(names => names.delete(path))
  }

  removeDirectory(path: string): void {
    if (!this.#names.has(path)) return
    this.#change('remove', path)
    this.#record(names => {
      for (const name of [...names.keys()]) if (name === path || name.startsWith(`${path}/`)) names.delete(name)
    })
  }

  /** The journal is one: everything that happened before is durable with it. */
  syncDirectory(path: string): void {
    this.#change('syncDirectory', path)
    for (const change of this.#journal) change(this.#durableNames)
    this.#journal = []
  }

  space(): { totalBytes: number; freeBytes: number } {
    return { totalBytes: 2e12, freeBytes: this.freeBytes }
  }

  lock(path: string): DiskLock | undefined {
    if (this.#locks.has(path)) return undefined
    this.#locks.add(path)
    return { release: () => this.#locks.delete(path) }
  }

  /** For tests that damage files: the bytes that were written, a view. */
  bytesOf(path: string): Uint8Array {
    return this.#fileOf(path).live.bytes()
  }

  paths(): string[] {
    return [...this.#names.keys()].sort()
  }

  #fileOf(path: string): Inode {
    const inode = this.#names.get(path)
    if (inode === undefined || inode === 'directory') throw new DiskError('not-found', path, 'no such file')
    return inode
  }

  #file(path: string, inode: Inode, isReadOnly: boolean): DiskFile {
    const generation = this.#generation
    let isOpen = true
    this.#openFiles++
    const use = () => {
      if (!isOpen || generation !== this.#generation) throw new DiskError('io', path, 'the file is closed')
    }
    const sync = () => {
      use()
      this.#change('sync', path)
      for (const write of inode.pending) inode.durable.apply(write)
      inode.pending = []
    }
    return {
      path,
      size: () => (use(), inode.live.size),
      readAt: (into, position) => {
        use()
        this.#check('read', path)
        return inode.live.read(into, position)
      },
      writeAt: (chunks, position) => {
        use()
        if (isReadOnly) throw new DiskError('io', path, 'the file is open for reading only')
        this.#write(inode, path, joined(chunks), position)
      },
      resize: sizeBytes => {
        use()
        if (isReadOnly) throw new DiskError('io', path, 'the file is open for reading only')
        this.#change('resize', path)
        this.#apply(inode, { position: sizeBytes, bytes: undefined })
      },
      sync,
      syncInBackground: async () => {
        // Power that goes beside the thread leaves nobody to tell.
        if (this.changeCount + 1 >= this.crashAt) await new Promise<never>(() => this.changeCount++)
        sync()
      },
      close: () => {
        if (isOpen && generation === this.#generation) this.#openFiles--
        isOpen = false
      },
    }
  }

  #write(inode: Inode, path: string, bytes: Uint8Array, position: number): void {
    const refused = this.refuse('write', path)
    const willCrash = this.changeCount + 1 >= this.crashAt
    if (refused !== undefined || willCrash) {
      const torn = bytes.slice(0, this.#below(bytes.length + 1))
      if (torn.length > 0) this.#apply(inode, { position, bytes: torn })
    }
    this.#change('write', path)
    this.#apply(inode, { position, bytes })
  }

  #apply(inode: Inode, write: PendingWrite): void {
    inode.live.apply(write)
    inode.pending.push(write)
    inode.modifiedMs = this.#nowMs()
  }

  #settle(inode: Inode, survival: Survival): void {
    if (survival === 'everything') inode.durable = inode.live.copy()
    if (survival === 'some') {
      for (const write of inode.pending) {
        const fate = this.#fraction()
        if (fate < 0.4) inode.durable.apply(write)
        else if (fate < 0.7 && write.bytes !== undefined) inode.durable.apply(write, this.#below(write.bytes.length))
      }
    }
    inode.live = inode.durable.copy()
    inode.pending = []
  }

  #record(change: (names: Names) => void): void {
    change(this.#names)
    this.#journal.push(change)
  }

  #check(operation: DiskOperation, path: string): void {
    const kind = this.refuse(operation, path)
    if (kind !== undefined) throw new DiskError(kind, path, `refused ${operation}`)
  }

  #change(operation: DiskOperation, path: string): void {
    this.#check(operation, path)
    this.changeCount++
    if (this.changeCount >= this.crashAt) throw new SimulatedCrash(path, operation)
  }

  #requireParent(path: string): void {
    const parent = path.slice(0, path.lastIndexOf('/'))
    if (parent !== '' && this.#names.get(parent) !== 'directory') throw new DiskError('not-found', path, 'no such directory')
  }

  #below(limit: number): number {
    return Math.floor(this.#fraction() * limit)
  }
}

/** Chance of a seed, for the constructor. */
export function seededFraction(seed: number): () => number {
  const random = seededRandom(seed)
  return () => random.fraction()
}
