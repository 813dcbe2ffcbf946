import { errorCode } from '../../../broker-core/model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../../broker-core/protocol/api.ts'
import { fetch } from '../../../broker-core/protocol/messages/01-fetch.ts'
import { listOffsets } from '../../../broker-core/protocol/messages/02-list-offsets.ts'
import { batchIsTransactional, batchLastOffset, batchProducerId } from '../../../broker-core/records/batch-header.ts'
import { type BatchToWrite, encodeBatch } from '../../../broker-core/records/batch-writer.ts'
import { encodeTransactionMarker } from '../../../broker-core/records/control-records.ts'
import { env } from '../wire/loopback.ts'
import type { ScriptedCluster } from './scripted-cluster.ts'

/** One partition in memory, as a leader would serve it. */
export class ScriptedLog {
  readonly batches: Uint8Array[] = []
  readonly aborted: { producerId: number; firstOffset: number }[] = []
  readonly #openSince = new Map<number, number>()
  startOffset = 0
  endOffset = 0

  lastStableOffset(): number {
    return Math.min(this.endOffset, ...this.#openSince.values())
  }

  /** Values at the offsets given by `deltas`, gaps as compaction leaves them; returns their offsets. */
  append(
    values: readonly string[],
    more: Partial<BatchToWrite> & { readonly deltas?: readonly number[] } = {},
  ): readonly number[] {
    const { deltas, ...batch } = more
    const records = values.map((value, index) => ({
      timestampMs: 1_700_000_000_000 + this.endOffset + index,
      key: null,
      value: new TextEncoder().encode(value),
      offsetDelta: deltas?.[index] ?? index,
    }))
    const bytes = encodeBatch({ records, baseOffset: this.endOffset, ...batch }, env)
    if (batch.transactional === true && !this.#openSince.has(batch.producerId ?? -1))
      this.#openSince.set(batch.producerId ?? -1, this.endOffset)
    return this.#add(
      bytes,
      records.map(it => this.endOffset + it.offsetDelta),
    )
  }

  end(producerId: number, committed: boolean): void {
    const firstOffset = this.#openSince.get(producerId)
    if (firstOffset === undefined) return
    this.#openSince.delete(producerId)
    if (!committed) this.aborted.push({ producerId, firstOffset })
    const marker = encodeTransactionMarker({ producerId, producerEpoch: 0, coordinatorEpoch: 0, committed, timestampMs: 1 }, env)
    new DataView(marker.buffer, marker.byteOffset).setBigInt64(0, BigInt(this.endOffset))
    this.#add(marker, [])
  }

  #add(bytes: Uint8Array, offsets: readonly number[]): readonly number[] {
    this.batches.push(bytes)
    this.endOffset = batchLastOffset(bytes, 0) + 1
    return offsets
  }

  /** As the one topic of the cluster; requests by another id are refused. */
  serve(cluster: ScriptedCluster, ownTopicId?: string): void {
    cluster.answer(listOffsets, (body, { version }) => this.#listOffsets(body, version))
    cluster.answer(fetch, body => this.#fetch(body, ownTopicId))
  }

  /** What it answers to a Fetch, for those who change it on the way. */
  fetchAnswer(): (body: RequestOf<typeof fetch>) => ResponseOf<typeof fetch> {
    return body => this.#fetch(body, undefined)
  }

  /** The partitions of one topic, by their numbers. */
  static serveAll(cluster: ScriptedCluster, logs: readonly ScriptedLog[]): void {
    const logOf = (partition: number) => logs[partition] as ScriptedLog
    cluster.answer(listOffsets, (body, { version }) => ({
      throttleTimeMs: 0,
      topics: body.topics.map(topic => ({
        name: topic.name,
        partitions: topic.partitions.flatMap(it => {
          const answer = logOf(it.partitionIndex).#listOffsets({ ...body, topics: [{ ...topic, partitions: [it] }] }, version)
          return answer.topics[0]?.partitions ?? []
        }),
      })),
    }))
    cluster.answer(fetch, body => ({
      ...fetch.response.zero,
      responses: body.topics.map(({ topic, topicId, partitions }) => ({
        topic,
        topicId,
        partitions: partitions.map(it => ({
          ...logOf(it.partition).#fetchPartition(it.fetchOffset, it.partitionMaxBytes, body.isolationLevel === 1),
          partitionIndex: it.partition,
        })),
      })),
    }))
  }

  #listOffsets(body: RequestOf<typeof listOffsets>, version: number): ResponseOf<typeof listOffsets> {
    const end = body.isolationLevel === 1 ? this.lastStableOffset() : this.endOffset
    const topics = body.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(it => ({
        partitionIndex: it.partitionIndex,
        errorCode: 0,
        timestamp: -1,
        offset: it.timestamp === -2 ? this.startOffset : end,
        leaderEpoch: version >= 4 ? 1 : -1,
      })),
    }))
    return { throttleTimeMs: 0, topics }
  }

  #fetch(body: RequestOf<typeof fetch>, ownTopicId: string | undefined): ResponseOf<typeof fetch> {
    const responses = body.topics.map(({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: partitions.map(it => {
        const found = this.#fetchPartition(it.fetchOffset, it.partitionMaxBytes, body.isolationLevel === 1)
        const isOther = ownTopicId !== undefined && topicId !== ownTopicId
        return isOther ? { ...found, records: null, errorCode: errorCode('UNKNOWN_TOPIC_ID') } : found
      }),
    }))
    return { ...fetch.response.zero, responses }
  }

  #fetchPartition(
    offset: number,
    bytesMax: number,
    isCommitted: boolean,
  ): ResponseOf<typeof fetch>['responses'][number]['partitions'][number] {
    const isOutside = offset < this.startOffset || offset > this.endOffset
    const limit = isCommitted ? this.lastStableOffset() : this.endOffset
    const chunks: Uint8Array[] = []
    let sizeBytes = 0
    for (const batch of isOutside ? [] : this.batches) {
      const lastOffset = batchLastOffset(batch, 0)
      if (lastOffset < offset || lastOffset >= limit) continue
      if (chunks.length > 0 && sizeBytes + batch.length > bytesMax) break
      chunks.push(batch)
      sizeBytes += batch.length
    }
    const last = chunks.at(-1)
    const upTo = last === undefined ? -1 : batchLastOffset(last, 0)
    const aborted = this.aborted.filter(it => it.firstOffset <= upTo && this.endOfAborted(it) >= offset)
    return {
      partitionIndex: 0,
      errorCode: isOutside ? errorCode('OFFSET_OUT_OF_RANGE') : 0,
      // With an error brokers tell nothing of the log.
      highWatermark: isOutside ? -1 : this.endOffset,
      lastStableOffset: isOutside ? -1 : this.lastStableOffset(),
      logStartOffset: isOutside ? -1 : this.startOffset,
      divergingEpoch: { epoch: -1, endOffset: -1 },
      currentLeader: { leaderId: -1, leaderEpoch: -1 },
      snapshotId: { endOffset: -1, epoch: -1 },
      abortedTransactions: isCommitted ? aborted : null,
      preferredReadReplica: -1,
      records: { chunks, sizeBytes },
    }
  }

  /** Offset of the marker that ended an aborted transaction. */
  endOfAborted({ producerId, firstOffset }: { producerId: number; firstOffset: number }): number {
    const control = (batch: Uint8Array) => ((batch[22] as number) & 0b10_0000) !== 0
    const marker = this.batches.find(
      it =>
        batchIsTransactional(it, 0) &&
        control(it) &&
        batchProducerId(it, 0) === producerId &&
        batchLastOffset(it, 0) > firstOffset,
    )
    return marker === undefined ? Number.POSITIVE_INFINITY : batchLastOffset(marker, 0)
  }
}
