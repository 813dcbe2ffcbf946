import { describe, expect, it } from 'vitest'
import type { Api } from '../../broker-core/protocol/api.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../../broker-core/protocol/frames.ts'
import { produce } from '../../broker-core/protocol/messages/00-produce.ts'
import { fetch } from '../../broker-core/protocol/messages/01-fetch.ts'
import { metadata } from '../../broker-core/protocol/messages/03-metadata.ts'
import { offsetCommit } from '../../broker-core/protocol/messages/08-offset-commit.ts'
import { findCoordinator } from '../../broker-core/protocol/messages/10-find-coordinator.ts'
import { joinGroup } from '../../broker-core/protocol/messages/11-join-group.ts'
import { heartbeat } from '../../broker-core/protocol/messages/12-heartbeat.ts'
import { syncGroup } from '../../broker-core/protocol/messages/14-sync-group.ts'
import { apiVersions } from '../../broker-core/protocol/messages/18-api-versions.ts'
import { consumerGroupHeartbeat } from '../../broker-core/protocol/messages/68-consumer-group-heartbeat.ts'
import { apisByKey } from '../../broker-core/protocol/registry.ts'

/**
 * Frames written down by hand from the published layouts, part by part, so that a mistake of the encoder and one of the decoder cannot
 * hide each other. Parts are hex; what stands beside them says what they are.
 */
type Part = readonly [hex: string, what: string]

const hexOf = (parts: readonly Part[]): string => parts.map(([hex]) => hex.replaceAll(' ', '')).join('')
const text = (value: string): string => Buffer.from(value, 'utf8').toString('hex')
const records = { chunks: [new Uint8Array([1, 2, 3])], sizeBytes: 3 }
const uuid1 = 'AAAAAAAAAAAAAAAAAAAAAQ'
const uuid1Hex = '00000000000000000000000000000001'

function framed(content: string): string {
  return (content.length / 2).toString(16).padStart(8, '0') + content
}

function checkRequest<Req>(api: Api<Req, unknown>, version: number, body: Req, parts: readonly Part[]): void {
  const expected = hexOf(parts)
  const chunks = encodeRequest(api, version, { correlationId: 5, clientId: 'me' }, body)
  expect(Buffer.concat(chunks).toString('hex')).toBe(framed(expected))
  const decoded = decodeRequest(new Uint8Array(Buffer.from(expected, 'hex')), apisByKey)
  const header = { apiKey: api.key, apiVersion: version, correlationId: 5, clientId: 'me' }
  expect(decoded).toEqual({ kind: 'request', api, header, body: { ...api.request.zero, ...body } })
}

function checkResponse<Res>(api: Api<unknown, Res>, version: number, body: Res, parts: readonly Part[]): void {
  const expected = hexOf(parts)
  expect(Buffer.concat(encodeResponse(api, version, 5, body)).toString('hex')).toBe(framed(expected))
  const decoded = decodeResponse(api, version, new Uint8Array(Buffer.from(expected, 'hex')))
  expect(decoded).toEqual({ correlationId: 5, body: { ...api.response.zero, ...body } })
}

describe('headers', () => {
  const beat = { ...heartbeat.request.zero, groupId: 'g', generationId: 1, memberId: 'm' }

  it('WIRE-02: request header v1 without, v2 with tagged fields, the client id never compact', () => {
    const header = (version: string): readonly Part[] => [
      ['000c', 'api key 12'],
      [version, 'version'],
      ['00000005', 'correlation id'],
      [`0002 ${text('me')}`, 'client id, int16 length'],
    ]
    checkRequest(heartbeat, 3, beat, [
      ...header('0003'),
      [`0001 ${text('g')}`, 'group'],
      ['00000001', 'generation'],
      [`0001 ${text('m')}`, 'member'],
      ['ffff', 'instance: null'],
    ])
    checkRequest(heartbeat, 4, beat, [
      ...header('0004'),
      ['00', 'no tagged fields of the header'],
      [`02 ${text('g')}`, 'group, compact'],
      ['00000001', 'generation'],
      [`02 ${text('m')}`, 'member, compact'],
      ['00', 'instance: null'],
      ['00', 'no tagged fields'],
    ])
  })

  it('WIRE-03: response header v0 without, v1 with tagged fields', () => {
    const body = { throttleTimeMs: 9, errorCode: 27 }
    checkResponse(heartbeat, 3, body, [
      ['00000005', 'correlation id'],
      ['00000009 001b', 'throttle time, REBALANCE_IN_PROGRESS'],
    ])
    checkResponse(heartbeat, 4, body, [
      ['00000005 00', 'correlation id, no tagged fields of the header'],
      ['00000009 001b 00', 'throttle time, error, no tagged fields'],
    ])
  })

  it('WIRE-03: ApiVersions answers with header v0 in all versions (KIP-511)', () => {
    const body = { ...apiVersions.response.zero, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] }
    checkResponse(apiVersions, 0, body, [
      ['00000005 0000', 'correlation id, no error'],
      ['00000001 0012 0000 0004', 'one API: 18, 0 to 4'],
    ])
    checkResponse(apiVersions, 3, { ...body, finalizedFeaturesEpoch: 7 }, [
      ['00000005 0000', 'correlation id without tagged fields, no error'],
      ['02 0012 0000 0004 00', 'one API, compact count, its tagged fields'],
      ['00000000', 'throttle time'],
      ['01 01 08 0000000000000007', 'one tagged field: 1, 8 bytes, the epoch'],
    ])
  })

  it('WIRE-08: an answer of version 0 to a version that the server does not know is read as such', () => {
    const frame = Buffer.from('00000005 0023 00000001 0012 0000 0003'.replaceAll(' ', ''), 'hex')
    const { body } = decodeResponse(apiVersions, 4, new Uint8Array(frame))
    expect(body).toMatchObject({ errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }] })
  })

  it('a key or version that nobody knows is told with its header', () => {
    const unknown = new Uint8Array(Buffer.from('03e7 0001 00000005 ffff'.replaceAll(' ', ''), 'hex'))
    expect(decodeRequest(unknown, apisByKey)).toEqual({
      kind: 'unknown-api',
      header: { apiKey: 999, apiVersion: 1, correlationId: 5, clientId: null },
    })
    const tooNew = new Uint8Array(Buffer.from('0012 0063 00000005 ffff 00'.replaceAll(' ', ''), 'hex'))
    expect(decodeRequest(tooNew, apisByKey)).toMatchObject({ kind: 'unsupported-version', header: { apiVersion: 99 } })
    expect(() => encodeRequest(apiVersions, 99, { correlationId: 1, clientId: null }, apiVersions.request.zero)).toThrow(
      'no version 99',
    )
  })
})

describe('Produce and Fetch', () => {
  const partitionData = [{ index: 2, records }]

  it('Produce v3 and v9: topic by name, records behind their size', () => {
    const body = { transactionalId: null, acks: -1, timeoutMs: 1000, topicData: [{ name: 't', topicId: zero, partitionData }] }
    checkRequest(produce, 3, body, [
      [`0000 0003 00000005 0002 ${text('me')}`, 'header'],
      ['ffff ffff 000003e8', 'no transactional id, acks, timeout'],
      [`00000001 0001 ${text('t')}`, 'one topic'],
      ['00000001 00000002 00000003 010203', 'one partition: 2, 3 bytes'],
    ])
    checkRequest(produce, 9, body, [
      [`0000 0009 00000005 0002 ${text('me')} 00`, 'header'],
      ['00 ffff 000003e8', 'no transactional id, acks, timeout'],
      [`02 02 ${text('t')}`, 'one topic, compact'],
      ['02 00000002 04 010203 00', 'one partition: 2, 3 bytes, its tagged fields'],
      ['00 00', 'tagged fields of the topic and of the request'],
    ])
  })

  it('Produce v13: topic by id (KIP-516)', () => {
    const topicData = [{ name: '', topicId: uuid1, partitionData }]
    checkRequest(produce, 13, { transactionalId: 'x', acks: 1, timeoutMs: 1, topicData }, [
      [`0000 000d 00000005 0002 ${text('me')} 00`, 'header'],
      [`02 ${text('x')} 0001 00000001`, 'transactional id, acks, timeout'],
      [`02 ${uuid1Hex} 02 00000002 04 010203 00 00 00`, 'topic id, partition, tagged fields'],
    ])
  })

  it('Fetch v4 response: aborted transactions and records', () => {
    const partition = {
      ...partitionZero,
      partitionIndex: 1,
      highWatermark: 10,
      lastStableOffset: 8,
      abortedTransactions: [{ producerId: 4, firstOffset: 6 }],
      records,
    }
    const body = { ...fetch.response.zero, responses: [{ topic: 't', topicId: zero, partitions: [partition] }] }
    checkResponse(fetch, 4, body, [
      ['00000005 00000000', 'correlation id, throttle time'],
      [`00000001 0001 ${text('t')} 00000001`, 'one topic, one partition'],
      ['00000001 0000', 'partition 1, no error'],
      ['000000000000000a 0000000000000008', 'high watermark, last stable offset'],
      ['00000001 0000000000000004 0000000000000006', 'one aborted transaction: producer, first offset'],
      ['00000003 010203', 'records'],
    ])
  })

  it('Fetch v12 response: tagged fields only where they say something', () => {
    const partition = { ...partitionZero, errorCode: 6, currentLeader: { leaderId: 3, leaderEpoch: 9 }, records: null }
    const body = { ...fetch.response.zero, responses: [{ topic: 't', topicId: zero, partitions: [partition] }] }
    checkResponse(fetch, 12, body, [
      ['00000005 00', 'header'],
      ['00000000 0000 00000000', 'throttle time, no error, session id'],
      [`02 02 ${text('t')} 02`, 'one topic, one partition'],
      ['00000000 0006', 'partition 0, NOT_LEADER_OR_FOLLOWER'],
      ['0000000000000000 ffffffffffffffff ffffffffffffffff', 'high watermark, last stable offset, log start offset'],
      ['01 ffffffff 00', 'aborted transactions: empty; preferred replica; no records'],
      ['01 01 09 00000003 00000009 00', 'one tagged field: 1 of 9 bytes, leader, epoch, its own tagged fields'],
      ['00 00', 'tagged fields of topic and response'],
    ])
  })

  it('Fetch v15 request: the replica state is tagged away for consumers', () => {
    const body = { ...fetch.request.zero, maxWaitMs: 500, minBytes: 1, maxBytes: 1024, isolationLevel: 1 }
    checkRequest(fetch, 15, body, [
      [`0001 000f 00000005 0002 ${text('me')} 00`, 'header'],
      ['000001f4 00000001 00000400 01', 'wait, min, max, read committed'],
      ['00000000 ffffffff', 'session id and epoch'],
      ['01 01 01', 'no topics, none forgotten, no rack'],
      ['00', 'no tagged fields: no cluster id, default replica state'],
    ])
  })
})

const zero = 'AAAAAAAAAAAAAAAAAAAAAA'
const partitionZero = {
  partitionIndex: 0,
  errorCode: 0,
  highWatermark: 0,
  lastStableOffset: -1,
  logStartOffset: -1,
  divergingEpoch: { epoch: -1, endOffset: -1 },
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
  snapshotId: { endOffset: -1, epoch: -1 },
  abortedTransactions: [],
  preferredReadReplica: -1,
  records: null,
}

describe('Metadata', () => {
  it('v1 and v12: null topics mean all, null names stand beside ids', () => {
    checkRequest(metadata, 1, { ...metadata.request.zero, topics: null }, [
      [`0003 0001 00000005 0002 ${text('me')} ffffffff`, 'header, null'],
    ])
    const topics = [{ topicId: uuid1, name: null }]
    checkRequest(metadata, 12, { ...metadata.request.zero, topics, allowAutoTopicCreation: false }, [
      [`0003 000c 00000005 0002 ${text('me')} 00`, 'header'],
      [`02 ${uuid1Hex} 00 00`, 'one topic: id, no name, tagged fields'],
      ['00 00 00', 'no creation, no operations, tagged fields'],
    ])
  })

  it('v8 response', () => {
    const partition = {
      errorCode: 0,
      partitionIndex: 0,
      leaderId: 1,
      leaderEpoch: 4,
      replicaNodes: [1, 2],
      isrNodes: [1],
      offlineReplicas: [],
    }
    const body = {
      ...metadata.response.zero,
      brokers: [{ nodeId: 1, host: 'h', port: 9092, rack: null }],
      clusterId: 'c',
      controllerId: 1,
      topics: [
        {
          errorCode: 0,
          name: 't',
          topicId: zero,
          isInternal: false,
          partitions: [partition],
          topicAuthorizedOperations: -2147483648,
        },
      ],
    }
    checkResponse(metadata, 8, body, [
      ['00000005 00000000', 'correlation id, throttle time'],
      [`00000001 00000001 0001 ${text('h')} 00002384 ffff`, 'one broker: id, host, port, no rack'],
      [`0001 ${text('c')} 00000001`, 'cluster id, controller'],
      [`00000001 0000 0001 ${text('t')} 00`, 'one topic: no error, name, not internal'],
      ['00000001 0000 00000000 00000001 00000004', 'one partition: no error, index, leader, epoch'],
      ['00000002 00000001 00000002', 'replicas'],
      ['00000001 00000001', 'in-sync replicas'],
      ['00000000', 'offline replicas'],
      ['80000000 80000000', 'operations of topic and cluster: not asked'],
    ])
  })
})

describe('groups', () => {
  it('FindCoordinator v0 and v4 (KIP-699)', () => {
    checkRequest(findCoordinator, 0, { ...findCoordinator.request.zero, key: 'g' }, [
      [`000a 0000 00000005 0002 ${text('me')} 0001 ${text('g')}`, 'header, group'],
    ])
    checkRequest(findCoordinator, 4, { ...findCoordinator.request.zero, keyType: 1, coordinatorKeys: ['x'] }, [
      [`000a 0004 00000005 0002 ${text('me')} 00`, 'header'],
      [`01 02 02 ${text('x')} 00`, 'a transactional id'],
    ])
  })

  it('JoinGroup v2 and SyncGroup v5', () => {
    const protocols = [{ name: 'range', metadata: new Uint8Array([7]) }]
    const join = {
      ...joinGroup.request.zero,
      groupId: 'g',
      sessionTimeoutMs: 10,
      rebalanceTimeoutMs: 20,
      memberId: '',
      protocolType: 'consumer',
      protocols,
    }
    checkRequest(joinGroup, 2, join, [
      [`000b 0002 00000005 0002 ${text('me')}`, 'header'],
      [`0001 ${text('g')} 0000000a 00000014 0000`, 'group, timeouts, no member id yet'],
      [`0008 ${text('consumer')}`, 'protocol type'],
      [`00000001 0005 ${text('range')} 00000001 07`, 'one protocol with its metadata'],
    ])
    const sync = {
      throttleTimeMs: 0,
      errorCode: 0,
      protocolType: 'consumer',
      protocolName: null,
      assignment: new Uint8Array([1, 2]),
    }
    checkResponse(syncGroup, 5, sync, [
      ['00000005 00 00000000 0000', 'header, throttle time, no error'],
      [`09 ${text('consumer')} 00`, 'protocol type, no name'],
      ['03 0102 00', 'assignment, tagged fields'],
    ])
  })

  it('OffsetCommit v2 with its retention, v9 without', () => {
    const partitions = [{ partitionIndex: 1, committedOffset: 300, committedLeaderEpoch: -1, committedMetadata: null }]
    const body = {
      groupId: 'g',
      generationIdOrMemberEpoch: 4,
      memberId: 'm',
      groupInstanceId: null,
      retentionTimeMs: -1,
      topics: [{ name: 't', topicId: zero, partitions }],
    }
    checkRequest(offsetCommit, 2, body, [
      [`0008 0002 00000005 0002 ${text('me')}`, 'header'],
      [`0001 ${text('g')} 00000004 0001 ${text('m')}`, 'group, generation, member'],
      ['ffffffffffffffff', 'retention'],
      [`00000001 0001 ${text('t')} 00000001`, 'one topic, one partition'],
      ['00000001 000000000000012c ffff', 'partition, offset, no metadata'],
    ])
    checkRequest(offsetCommit, 9, body, [
      [`0008 0009 00000005 0002 ${text('me')} 00`, 'header'],
      [`02 ${text('g')} 00000004 02 ${text('m')} 00`, 'group, epoch, member, no instance'],
      [`02 02 ${text('t')} 02`, 'one topic, one partition'],
      ['00000001 000000000000012c ffffffff 00 00', 'partition, offset, leader epoch, no metadata, tagged fields'],
      ['00 00', 'tagged fields of topic and request'],
    ])
  })

  it('WIRE-06: ConsumerGroupHeartbeat v0 response says by an int8 whether the assignment is there', () => {
    const body = { ...consumerGroupHeartbeat.response.zero, memberId: 'm', memberEpoch: 3, heartbeatIntervalMs: 5000 }
    const start: readonly Part[] = [
      ['00000005 00 00000000 0000 00', 'header, throttle time, no error, no message'],
      [`02 ${text('m')} 00000003 00001388`, 'member, epoch, interval'],
    ]
    checkResponse(consumerGroupHeartbeat, 0, { ...body, assignment: null }, [...start, ['ff 00', 'no assignment, tagged fields']])
    const assignment = { topicPartitions: [{ topicId: uuid1, partitions: [6] }] }
    checkResponse(consumerGroupHeartbeat, 0, { ...body, assignment }, [
      ...start,
      [`01 02 ${uuid1Hex} 02 00000006 00 00 00`, 'present: one topic with one partition, tagged fields thrice'],
    ])
  })
})
