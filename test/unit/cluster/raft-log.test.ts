import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { quorumStateFile } from '../../../broker-core/cluster/quorum-state-file.ts'
import { openRaftLog } from '../../../broker-core/cluster/raft-log.ts'
import { uuidText } from '../../../broker-core/base/bytes/uuid.ts'
import type { RaftLog } from '../../../broker-core/consensus/ports.ts'
import { voterKeys as voterKeysOf, voterSet } from '../../../broker-core/consensus/voter-set.ts'
import { seededFraction, SimulatedDisk } from '../../simulation/sim-disk.ts'
import { nodeEnv } from '../../../broker-core/env/node/node-env.ts'

const env = nodeEnv({ log: { write() {} } })
const bytes = (text: string) => new TextEncoder().encode(text)
const text = (value: Uint8Array) => new TextDecoder().decode(value)

describe('the metadata log on disk', () => {
  let directory: string
  let open: RaftLog[] = []
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'brokerbench-raft-'))
  })
  afterEach(() => {
    for (const log of open) log.close()
    open = []
    rmSync(directory, { recursive: true })
  })
  const openLog = (folder = directory): RaftLog => {
    const log = openRaftLog({ directory: folder, disk: env.disk, clock: env.clock, codecs: env, sink: env.log })
    open.push(log)
    return log
  }
  const reopened = (log: RaftLog): RaftLog => {
    log.close()
    open = open.filter(each => each !== log)
    return openLog()
  }
  const values = (log: RaftLog, from = log.startOffset) =>
    log.readBatches(from, log.endOffset, Infinity).map(batch => batch.values.map(text).join('+'))
  const segments = () => readdirSync(directory).filter(name => name.endsWith('.log'))
  const checkpoints = () => readdirSync(directory).filter(name => name.includes('.checkpoint'))
  const key = (id: number) => ({ id, directoryId: undefined })
  const voterKeys = [1, 2, 3].map(key)
  const leaderChange = {
    kind: 'leader-change',
    leaderId: 1,
    voters: voterKeys,
    granting: [key(1), key(2)],
  } as const

  /** Offsets 0 (control, epoch 1), 1-2 (epoch 1), 3 (control, epoch 4), 4 (epoch 4). */
  function filled(): RaftLog {
    const log = openLog()
    expect(log.appendControl([leaderChange], 1)).toBe(0)
    expect(log.appendValues([bytes('a'), bytes('b')], 1)).toBe(2)
    log.appendControl([leaderChange], 4)
    log.appendValues([bytes('c')], 4)
    return log
  }

  it('starts empty', () => {
    const log = openLog()
    expect([log.startOffset, log.endOffset, log.lastEpoch, log.flushedOffset, log.latestSnapshot()]).toEqual([
      0,
      0,
      0,
      0,
      undefined,
    ])
    expect(log.endOffsetOfEpoch(3)).toEqual({ epoch: -1, endOffset: -1 })
  })

  it('comes back as it was', () => {
    const log = filled()
    expect(log.flushedOffset).toBe(0)
    log.flush()
    expect(log.flushedOffset).toBe(5)
    const again = reopened(log)
    expect([again.startOffset, again.endOffset, again.lastEpoch]).toEqual([0, 5, 4])
    expect(values(again)).toEqual(['', 'a+b', '', 'c'])
  })

  it('knows where epochs end', () => {
    const log = filled()
    expect([0, 1, 3, 4, 9].map(epoch => log.endOffsetOfEpoch(epoch))).toEqual([
      { epoch: -1, endOffset: -1 },
      { epoch: 1, endOffset: 3 },
      { epoch: 1, endOffset: 3 },
      { epoch: 4, endOffset: 5 },
      { epoch: 4, endOffset: 5 },
    ])
  })

  it('a follower appends the bytes of the leader, drops what it has, and refuses a gap', () => {
    const leader = filled()
    const folder = join(directory, 'follower')
    const follower = openLog(folder)
    const all = leader.readRecords(0, Infinity)
    const sized = (chunks: readonly Uint8Array[]) => ({ chunks, sizeBytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0) })
    follower.appendRecords(sized(all.chunks.slice(0, 2)))
    expect(follower.endOffset).toBe(3)
    const joined = { chunks: [Buffer.concat(all.chunks)], sizeBytes: all.sizeBytes }
    follower.appendRecords(joined)
    expect(follower.endOffset).toBe(5)
    expect(follower.readRecords(0, Infinity)).toEqual(leader.readRecords(0, Infinity))
    const late = openLog(join(directory, 'late'))
    expect(() => late.appendRecords(sized(all.chunks.slice(1)))).toThrow('log ends at 0')
  })

  it('KIP-595: a follower takes what comes before a damaged batch, and that one when it comes whole', () => {
    const leader = filled()
    const { chunks, sizeBytes } = leader.readRecords(0, Infinity)
    const damaged = Buffer.concat(chunks)
    const inSecond = (chunks[0]?.length ?? 0) + 65
    damaged[inSecond] = (damaged[inSecond] ?? 0) ^ 1
    const follower = openLog(join(directory, 'follower'))
    follower.appendRecords({ chunks: [damaged], sizeBytes })
    expect(follower.endOffset).toBe(1)
    follower.appendRecords({ chunks, sizeBytes })
    expect(follower.endOffset).toBe(5)
  })

  it('reads at least one batch, whatever the limit', () => {
    const log = filled()
    expect(log.readRecords(2, 1).chunks).toHaveLength(1)
    expect(log.readBatches(0, 3, 1)).toHaveLength(1)
    expect(log.readBatches(0, 3, Infinity).map(batch => batch.baseOffset)).toEqual([0, 1])
    expect(log.readRecords(5, 100)).toEqual({ chunks: [], sizeBytes: 0 })
  })

  it('REPL-13: what is truncated stays away', () => {
    const log = filled()
    log.flush()
    log.truncateTo(3)
    expect([log.endOffset, log.flushedOffset, log.lastEpoch]).toEqual([3, 3, 1])
    log.appendValues([bytes('other')], 5)
    log.flush()
    expect(values(reopened(log))).toEqual(['', 'a+b', 'other'])
  })

  it.each([1, 20, 60])('a tail cut short by %i bytes is cut to whole batches', cutBytes => {
    const log = filled()
    log.flush()
    const path = join(directory, segments()[0] ?? '')
    truncateSync(path, readFileSync(path).length - cutBytes)
    const again = reopened(log)
    expect(again.endOffset).toBe(4)
    again.appendValues([bytes('next')], 5)
    expect(values(again).at(-1)).toBe('next')
  })

  it('REPL-13: nor does a segment that was truncated away come back behind what was written since, after a loss of power', () => {
    const disk = new SimulatedDisk(seededFraction(1))
    const folder = 'metadata'
    const openOn = () => openRaftLog({ directory: folder, disk, clock: env.clock, codecs: env, sink: env.log })
    const append = (log: RaftLog, epoch: number, count: number) => {
      for (let i = 0; i < count; i++) log.appendValues([bytes(`${epoch}.${i}`)], epoch)
      log.flush()
    }
    const log = openOn()
    append(log, 1, 10)
    log.writeSnapshot({ endOffset: 5, epoch: 1 }, { values: [], membership: [], lastAppendTimeMs: 0 })
    append(log, 1, 5)
    log.truncateTo(8)
    append(log, 2, 2)
    expect([log.endOffset, log.lastEpoch]).toEqual([10, 2])
    log.close()
    disk.restart('nothing')
    const again = openOn()
    expect([again.endOffset, again.lastEpoch]).toEqual([10, 2])
  })

  it('a flipped bit ends the log before its batch', () => {
    const log = filled()
    log.flush()
    const path = join(directory, segments()[0] ?? '')
    const content = readFileSync(path)
    const inSecond = (log.readRecords(0, 1).chunks[0]?.length ?? 0) + 65
    content[inSecond] = (content[inSecond] ?? 0) ^ 1
    writeFileSync(path, content)
    expect(reopened(log).endOffset).toBe(1)
  })

  it('KIP-630: a snapshot replaces the log below it, and comes back after a restart', () => {
    const log = filled()
    log.writeSnapshot({ endOffset: 3, epoch: 1 }, { values: [bytes('state')], membership: [], lastAppendTimeMs: 7 })
    expect([log.startOffset, log.endOffset]).toEqual([3, 5])
    expect(checkpoints()).toEqual(['00000000000000000003-0000000001.checkpoint'])
    log.appendValues([bytes('d')], 4)
    log.flush()
    const again = reopened(log)
    expect([again.startOffset, again.endOffset, again.latestSnapshot()]).toEqual([3, 6, { endOffset: 3, epoch: 1 }])
    expect(again.readSnapshotValues({ endOffset: 3, epoch: 1 }).map(text)).toEqual(['state'])
    expect(again.endOffsetOfEpoch(2)).toEqual({ epoch: 1, endOffset: 3 })
    expect(values(again)).toEqual(['', 'c', 'd'])
  })

  it('KIP-630: with every snapshot whole segments below it and older snapshots go, so that the log stays bounded', () => {
    const log = filled()
    for (let round = 0; round < 20; round++) {
      for (let n = 0; n < 10; n++) log.appendValues([bytes('x'.repeat(100))], 4)
      log.writeSnapshot({ endOffset: log.endOffset, epoch: 4 }, { values: [bytes('state')], membership: [], lastAppendTimeMs: 7 })
    }
    expect(checkpoints()).toHaveLength(1)
    expect(segments()).toHaveLength(1)
    expect(log.startOffset).toBe(205)
  })

  it('KIP-630: a snapshot travels in pieces and then is the start of an empty log', () => {
    const log = filled()
    const id = { endOffset: 5, epoch: 4 }
    const many = Array.from({ length: 3000 }, (_, n) => bytes(`value ${n}`))
    log.writeSnapshot(id, { values: many, membership: [], lastAppendTimeMs: 7 })
    const other = openLog(join(directory, 'other'))
    other.appendControl([leaderChange], 1)
    const receiver = other.receiveSnapshot(id)
    for (;;) {
      const piece = log.readSnapshotBytes(id, receiver.position, 1000)
      if (piece === undefined) throw new Error('gone')
      receiver.append(piece.bytes)
      if (receiver.position === piece.sizeBytes) break
    }
    receiver.complete()
    expect([other.startOffset, other.endOffset, other.lastEpoch]).toEqual([5, 5, 4])
    expect(other.readSnapshotValues(id)).toHaveLength(3000)
    expect(other.readSnapshotBytes({ endOffset: 9, epoch: 4 }, 0, 10)).toBeUndefined()
  })

  it('KIP-630: an unfinished snapshot of an earlier run is removed, one that is beyond the log replaces it', () => {
    const log = filled()
    log.flush()
    writeFileSync(join(directory, '00000000000000000009-0000000004.checkpoint.part'), 'half')
    log.writeSnapshot({ endOffset: 5, epoch: 4 }, { values: [bytes('state')], membership: [], lastAppendTimeMs: 7 })
    // As after a crash between the two steps of receiving a snapshot.
    rmSync(join(directory, segments()[0] ?? ''))
    const again = reopened(log)
    expect(checkpoints()).toEqual(['00000000000000000005-0000000004.checkpoint'])
    expect([again.startOffset, again.endOffset, again.lastEpoch]).toEqual([5, 5, 4])
  })
})

describe('snapshots of the metadata log beside each other', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'brokerbench-raft-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))
  const open = (folder = directory) =>
    openRaftLog({ directory: folder, disk: env.disk, clock: env.clock, codecs: env, sink: env.log })
  const content = (state: string) => ({ values: [bytes(state)], membership: [], lastAppendTimeMs: 7 })
  const whole = (log: RaftLog, id: { endOffset: number; epoch: number }) =>
    log.readSnapshotBytes(id, 0, 1_000_000)?.bytes ?? new Uint8Array(0)
  const endOfFirstBatch = (batches: Uint8Array) => 12 + new DataView(batches.buffer, batches.byteOffset).getInt32(8)
  /** A leader's log of `count` records in `epoch`, all of it in a snapshot. */
  function snapshotOf(count: number, epoch: number): Uint8Array {
    const leader = open(join(directory, 'leader'))
    for (let n = 0; n < count; n++) leader.appendValues([bytes(`${n}`)], epoch)
    const id = { endOffset: count, epoch }
    leader.writeSnapshot(id, content('of the leader'))
    const taken = whole(leader, id)
    leader.close()
    return taken
  }

  it('KIP-630: one of our own that is finished leaves alone one that is being received', () => {
    const taken = snapshotOf(9, 2)
    const log = open()
    log.appendValues([bytes('a')], 1)
    log.appendValues([bytes('b')], 1)
    log.flush()
    const id = { endOffset: 9, epoch: 2 }
    const receiver = log.receiveSnapshot(id)
    receiver.append(taken.subarray(0, 10))
    log.writeSnapshot({ endOffset: 1, epoch: 1 }, content('own'))
    receiver.append(taken.subarray(10))
    receiver.complete()
    expect([log.latestSnapshot(), log.startOffset, log.endOffset]).toEqual([id, 9, 9])
    expect(log.readSnapshotValues(id).map(text)).toEqual(['of the leader'])
    log.close()
  })

  it.each([
    ['with a bit that flipped', (bytes: Uint8Array) => bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte))],
    ['cut short', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1)],
    ['without its footer', (bytes: Uint8Array) => bytes.subarray(0, endOfFirstBatch(bytes))],
    ['empty', () => new Uint8Array(0)],
  ])('KIP-630: one %s is never taken for the metadata: not from the leader, and not from the own disk', (_, damage) => {
    const taken = damage(snapshotOf(3, 5))
    const log = open()
    log.appendValues([bytes('a')], 1)
    const id = { endOffset: 3, epoch: 5 }
    const receiver = log.receiveSnapshot(id)
    receiver.append(taken)
    expect(receiver.complete()).toBe(false)
    expect([log.latestSnapshot(), log.startOffset, log.endOffset]).toEqual([undefined, 0, 1])
    log.close()
    writeFileSync(join(directory, '00000000000000000003-0000000005.checkpoint'), taken)
    const again = open()
    expect(() => again.readSnapshotValues(id)).toThrow('0000000005.checkpoint is damaged')
    expect(() => again.readSnapshotMembership(id)).toThrow('0000000005.checkpoint is damaged')
    again.close()
  })

  it('KIP-630: after a crash between the two steps of receiving one, a log that had diverged goes, however long it is', () => {
    const taken = snapshotOf(3, 5)
    const log = open()
    for (let n = 0; n < 6; n++) log.appendValues([bytes('diverged')], 2)
    log.flush()
    log.close()
    writeFileSync(join(directory, '00000000000000000003-0000000005.checkpoint'), taken)
    const again = open()
    expect([again.startOffset, again.endOffset, again.lastEpoch]).toEqual([3, 3, 5])
    again.close()
  })
})

describe('the quorum in the metadata log (KIP-853)', () => {
  const uuid = (byte: number) => uuidText(new Uint8Array(16).fill(byte), 0)
  const voters = voterSet(
    [1, 2].map(id => ({
      ...{ id, directoryId: uuid(id) },
      listeners: [{ name: 'CONTROLLER', host: 'h', port: 9000 + id }],
      kraftVersions: { min: 0, max: 1 },
    })),
  )
  const first = { kind: 'leader-change', leaderId: 1, voters: voterKeysOf(voters), granting: [] } as const
  const level = { kind: 'kraft-version', level: 1 } as const
  const named = { kind: 'voters', voters } as const

  it('control records keep their offsets over a restart, and a snapshot has them after its header', () => {
    const directory = mkdtempSync(join(tmpdir(), 'brokerbench-raft-'))
    const open = () => openRaftLog({ directory, disk: env.disk, clock: env.clock, codecs: env, sink: env.log })
    const log = open()
    expect(log.appendControl([first, level, named], 1)).toBe(2)
    log.appendValues([bytes('a')], 1)
    log.appendControl([named], 1)
    log.flush()
    log.close()
    const again = open()
    const all = [
      { offset: 1, change: level },
      { offset: 2, change: named },
      { offset: 4, change: named },
    ]
    expect([again.readMembership(0), again.readMembership(2), again.readMembership(3), again.readMembership(5)]).toEqual([
      all,
      all.slice(1),
      all.slice(2),
      [],
    ])
    const id = { endOffset: 5, epoch: 1 }
    again.writeSnapshot(id, { values: [bytes('state')], membership: [level, named], lastAppendTimeMs: 7 })
    expect(again.readSnapshotMembership(id)).toEqual([level, named])
    expect(again.readSnapshotValues(id).map(text)).toEqual(['state'])
    expect(again.readMembership(0)).toEqual([])
    again.close()
    rmSync(directory, { recursive: true })
  })
})

describe('quorum-state', () => {
  it('KIP-853: with kraft.version 1 it is version 1, and the vote has a directory', () => {
    const directory = mkdtempSync(join(tmpdir(), 'brokerbench-raft-'))
    const file = quorumStateFile({ directory, disk: env.disk, clusterId: 'c', staticVoterIds: [] })
    const voted = { id: 2, directoryId: uuidText(new Uint8Array(16).fill(7), 0) }
    file.save({ epoch: 3, leaderId: -1, voted }, 1)
    expect(file.load()).toEqual({ epoch: 3, leaderId: -1, voted })
    expect(JSON.parse(readFileSync(join(directory, 'quorum-state'), 'utf8'))).toEqual({
      leaderId: -1,
      leaderEpoch: 3,
      votedId: 2,
      votedDirectoryId: voted.directoryId,
      data_version: 1,
    })
    rmSync(directory, { recursive: true })
  })

  it('is written whole, in the words of Kafka, and read back', () => {
    const directory = mkdtempSync(join(tmpdir(), 'brokerbench-raft-'))
    const open = () => quorumStateFile({ directory, disk: env.disk, clusterId: 'c', staticVoterIds: [1, 2] })
    expect(open().load()).toBeUndefined()
    open().save({ epoch: 3, leaderId: -1, voted: { id: 2, directoryId: 'd2' } }, 0)
    expect(open().load()).toEqual({ epoch: 3, leaderId: -1, voted: { id: 2, directoryId: undefined } })
    expect(JSON.parse(readFileSync(join(directory, 'quorum-state'), 'utf8'))).toEqual({
      clusterId: 'c',
      leaderId: -1,
      leaderEpoch: 3,
      votedId: 2,
      appliedOffset: 0,
      currentVoters: [{ voterId: 1 }, { voterId: 2 }],
      data_version: 0,
    })
    writeFileSync(join(directory, 'quorum-state'), '{"leaderId"')
    expect(() => open().load()).toThrow('damaged')
    rmSync(directory, { recursive: true })
  })
})
