import { bench, describe } from 'vitest'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../../broker-core/protocol/frames.ts'
import { produce } from '../../broker-core/protocol/messages/00-produce.ts'
import { fetch } from '../../broker-core/protocol/messages/01-fetch.ts'
import { metadata } from '../../broker-core/protocol/messages/03-metadata.ts'
import { apisByKey } from '../../broker-core/protocol/registry.ts'

/** `npx vitest bench --project protocol`: how long the codecs of the hot path take. Nothing is asserted. */
const bytes = new Uint8Array(128 * 1024)
const records = { chunks: [bytes], sizeBytes: bytes.length }
const zero = 'AAAAAAAAAAAAAAAAAAAAAA'
const caller = { correlationId: 1, clientId: 'producer-1' }
const contentOf = (chunks: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(chunks)).subarray(4)

const produceBody = {
  transactionalId: null,
  acks: -1,
  timeoutMs: 30_000,
  topicData: [{ name: 'orders', topicId: zero, partitionData: [{ index: 0, records }] }],
}
const produceFrame = contentOf(encodeRequest(produce, 12, caller, produceBody))

const partition = {
  partitionIndex: 0,
  errorCode: 0,
  highWatermark: 1000,
  lastStableOffset: 1000,
  logStartOffset: 0,
  divergingEpoch: { epoch: -1, endOffset: -1 },
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
  snapshotId: { endOffset: -1, epoch: -1 },
  abortedTransactions: null,
  preferredReadReplica: -1,
  records,
}
const fetchBody = {
  ...fetch.response.zero,
  responses: [
    { topic: '', topicId: zero, partitions: Array.from({ length: 10 }, (_, i) => ({ ...partition, partitionIndex: i })) },
  ],
}
const fetchFrame = contentOf(encodeResponse(fetch, 17, 1, fetchBody))

const metadataBody = {
  ...metadata.response.zero,
  brokers: [1, 2, 3].map(nodeId => ({ nodeId, host: '127.0.0.1', port: 9092, rack: null })),
  topics: Array.from({ length: 1_000 }, (_, i) => ({
    errorCode: 0,
    name: `topic-${i}`,
    topicId: zero,
    isInternal: false,
    partitions: [0, 1, 2].map(partitionIndex => ({
      errorCode: 0,
      partitionIndex,
      leaderId: 1,
      leaderEpoch: 4,
      replicaNodes: [1, 2, 3],
      isrNodes: [1, 2, 3],
      offlineReplicas: [],
    })),
    topicAuthorizedOperations: -2147483648,
  })),
}
const metadataFrame = contentOf(encodeResponse(metadata, 12, 1, metadataBody))

describe('codecs', () => {
  bench('decode a Produce request of one batch', () => void decodeRequest(produceFrame, apisByKey))
  bench('encode a Produce request of one batch', () => void encodeRequest(produce, 12, caller, produceBody))
  bench('encode a Fetch response of 10 partitions', () => void encodeResponse(fetch, 17, 1, fetchBody))
  bench('decode a Fetch response of 10 partitions', () => void decodeResponse(fetch, 17, fetchFrame))
  bench('encode Metadata of 1,000 topics', () => void encodeResponse(metadata, 12, 1, metadataBody))
  bench('decode Metadata of 1,000 topics', () => void decodeResponse(metadata, 12, metadataFrame))
})
