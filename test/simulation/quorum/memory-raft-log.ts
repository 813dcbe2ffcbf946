import type {
  ControlRecord,
  MembershipRecord,
  OffsetAndEpoch,
  RaftBatch,
  RaftLog,
  RaftRecords,
} from '../../../broker-core/consensus/ports.ts'
import type { MembershipChange } from '../../../broker-core/consensus/voter-history.ts'
import { type Voter, voterSet } from '../../../broker-core/consensus/voter-set.ts'

interface Stored {
  readonly baseOffset: number
  readonly epoch: number
  readonly values: readonly Uint8Array[]
  /** A control batch has these in place of values. */
  readonly control: readonly ControlRecord[] | undefined
}

interface Snapshot extends OffsetAndEpoch {
  readonly values: readonly Uint8Array[]
  readonly membership: readonly MembershipChange[]
}

/** What a disk holds of one node's metadata log: it outlives the node, except for what was not flushed. */
export interface MemoryRaftDisk {
  open(): RaftLog
  /** Power goes: of what was not flushed a random beginning is left. */
  crash(fraction: number): void
  /** For invariants: every batch with its position. */
  entries(): readonly {
    readonly baseOffset: number
    readonly lastOffset: number
    readonly epoch: number
    readonly text: string
  }[]
  startOffset(): number
  /** As `kafka-storage format` leaves it. */
  format(membership: readonly MembershipChange[]): void
  /** Everything that the log and the snapshot say of the quorum, committed or not. */
  membership(): readonly MembershipChange[]
}

const countOf = (batch: Stored): number => batch.control?.length ?? batch.values.length
const lastOffsetOf = (batch: Stored): number => batch.baseOffset + countOf(batch) - 1

/** The log of the quorum's simulation. Bytes of "records" are JSON, since nobody there looks inside. */
export function memoryRaftDisk(options: { readonly loseFlushed?: boolean } = {}): MemoryRaftDisk {
  let batches: Stored[] = []
  let snapshot: Snapshot | undefined
  let startOffset = 0
  let flushedOffset = 0
  const endOffset = (): number => {
    const last = batches.at(-1)
    return last === undefined ? startOffset : lastOffsetOf(last) + 1
  }
  const store = (batch: Stored): number => {
    batches.push(batch)
    return lastOffsetOf(batch)
  }
  const restartAt = (offset: number): void => {
    batches = []
    startOffset = offset
    flushedOffset = offset
  }

  const log: RaftLog = {
    get startOffset() {
      return startOffset
    },
    get endOffset() {
      return endOffset()
    },
    get lastEpoch() {
      return batches.at(-1)?.epoch ?? snapshot?.epoch ?? 0
    },
    get flushedOffset() {
      return flushedOffset
    },
    appendValues: (values, epoch) => store({ baseOffset: endOffset(), epoch, values, control: undefined }),
    appendControl: (control, epoch) => store({ baseOffset: endOffset(), epoch, values: [], control }),
    readMembership: fromOffset => batches.flatMap(batch => changesIn(batch).filter(({ offset }) => offset >= fromOffset)),
    appendRecords(records) {
      for (const chunk of records.chunks) {
        const batch = decoded(chunk)
        if (lastOffsetOf(batch) < endOffset()) continue
        if (batch.baseOffset !== endOffset()) throw new Error(`gap: batch at ${batch.baseOffset}, log ends at ${endOffset()}`)
        store(batch)
      }
    },
    readRecords(fromOffset, maxBytes): RaftRecords {
      const chunks: Uint8Array[] = []
      let sizeBytes = 0
      for (const batch of batches) {
        if (lastOffsetOf(batch) < fromOffset) continue
        const bytes = encoded(batch)
        // Little at a time: a follower that has some of what a leader found, but not yet what it added, is where commit rules matter.
        if (chunks.length > 0 && sizeBytes + bytes.length > Math.min(maxBytes, 200)) break
        chunks.push(bytes)
        sizeBytes += bytes.length
      }
      return { chunks, sizeBytes }
    },
    readBatches: (fromOffset, belowOffset): RaftBatch[] =>
      batches
        .filter(batch => lastOffsetOf(batch) >= fromOffset && batch.baseOffset < belowOffset)
        .map(batch => ({
          baseOffset: batch.baseOffset,
          lastOffset: lastOffsetOf(batch),
          epoch: batch.epoch,
          appendTimeMs: 0,
          values: batch.values,
        })),
    endOffsetOfEpoch(epoch) {
      const index = batches.findLastIndex(batch => batch.epoch <= epoch)
      const batch = batches[index]
      if (batch !== undefined) return { epoch: batch.epoch, endOffset: lastOffsetOf(batch) + 1 }
      if (snapshot !== undefined && snapshot.epoch <= epoch) return { epoch: snapshot.epoch, endOffset: startOffset }
      return { epoch: -1, endOffset: -1 }
    },
    truncateTo(offset) {
      batches = batches.filter(batch => lastOffsetOf(batch) < offset)
      flushedOffset = Math.min(flushedOffset, endOffset())
    },
    advanceHighWatermark() {},
    flush() {
      if (options.loseFlushed !== true) flushedOffset = endOffset()
    },
    latestSnapshot: () => snapshot && { endOffset: snapshot.endOffset, epoch: snapshot.epoch },
    writeSnapshot(id, { values, membership }) {
      snapshot = { ...id, values, membership }
      batches = batches.filter(batch => lastOffsetOf(batch) >= id.endOffset)
      startOffset = id.endOffset
      flushedOffset = Math.max(flushedOffset, startOffset)
    },
    readSnapshotValues: () => snapshot?.values ?? [],
    readSnapshotMembership: () => snapshot?.membership ?? [],
    readSnapshotBytes(id, position, maxBytes) {
      if (snapshot === undefined || snapshot.endOffset !== id.endOffset || snapshot.epoch !== id.epoch) return undefined
      const bytes = toBytes({ values: snapshot.values.map(toText), membership: snapshot.membership.map(plainControl) })
      return { bytes: bytes.subarray(position, position + Math.min(maxBytes, 64)), sizeBytes: bytes.length }
    },
    receiveSnapshot(id) {
      let text = new Uint8Array(0)
      return {
        get position() {
          return text.length
        },
        append(bytes) {
          text = Uint8Array.from([...text, ...bytes])
        },
        complete() {
          const content = JSON.parse(toText(text)) as { values: string[]; membership: PlainControl[] }
          snapshot = {
            ...id,
            values: content.values.map(value => new TextEncoder().encode(value)),
            membership: content.membership.map(richControl) as MembershipChange[],
          }
          restartAt(id.endOffset)
          return true
        },
        abort() {},
      }
    },
    close() {},
  }
  return {
    open: () => log,
    crash(fraction) {
      const unflushed = batches.filter(batch => lastOffsetOf(batch) >= flushedOffset).length
      batches = batches.slice(0, batches.length - Math.ceil(unflushed * fraction))
      flushedOffset = endOffset()
    },
    entries: () =>
      batches.map(batch => ({
        baseOffset: batch.baseOffset,
        lastOffset: lastOffsetOf(batch),
        epoch: batch.epoch,
        text: batch.values.map(toText).join(),
      })),
    startOffset: () => startOffset,
    format(membership) {
      snapshot = { endOffset: 0, epoch: 0, values: [], membership }
    },
    membership: () => [...(snapshot?.membership ?? []), ...batches.flatMap(changesIn).map(({ change }) => change)],
  }
}

const toText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const toBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const encoded = (batch: Stored): Uint8Array =>
  toBytes({ ...batch, values: batch.values.map(toText), control: batch.control?.map(plainControl) })

/** JSON has no maps. */
type PlainControl = Exclude<ControlRecord, { kind: 'voters' }> | { readonly kind: 'voters'; readonly voters: readonly Voter[] }
const plainControl = (record: ControlRecord): PlainControl =>
  record.kind === 'voters' ? { kind: 'voters', voters: [...record.voters.values()] } : record
const richControl = (record: PlainControl): ControlRecord =>
  record.kind === 'voters' ? { kind: 'voters', voters: voterSet(record.voters) } : record

const changesIn = (batch: Stored): MembershipRecord[] =>
  (batch.control ?? []).flatMap((change, index) =>
    change.kind === 'leader-change' ? [] : [{ offset: batch.baseOffset + index, change }],
  )

function decoded(bytes: Uint8Array): Stored {
  const batch = JSON.parse(toText(bytes)) as {
    baseOffset: number
    epoch: number
    values: string[]
    control?: PlainControl[]
  }
  const values = batch.values.map(value => new TextEncoder().encode(value))
  return { ...batch, values, control: batch.control?.map(richControl) }
}
