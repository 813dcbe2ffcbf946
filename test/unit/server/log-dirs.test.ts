import { describe, expect, it } from 'vitest'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import type { ResponseOf } from '../../../broker-core/protocol/api.ts'
import { describeLogDirs } from '../../../broker-core/protocol/messages/35-describe-log-dirs.ts'
import { describeCluster } from '../../../broker-core/protocol/messages/60-describe-cluster.ts'
import { describeLogDirsHandler, type LogDirectoryView } from '../../../broker-core/server/handlers/35-describe-log-dirs.ts'
import { describeClusterHandler } from '../../../broker-core/server/handlers/60-describe-cluster.ts'
import { brokerOf, contextOf, imageOf } from './images.ts'

const directory = (more: Partial<LogDirectoryView> = {}): LogDirectoryView => ({
  path: '/data/1',
  isOffline: false,
  isCordoned: false,
  space: { totalBytes: 1000, freeBytes: 400 },
  replicas: [
    { topic: 'a', partition: 0, sizeBytes: 10, offsetLag: 0, isFuture: false },
    { topic: 'a', partition: 1, sizeBytes: 20, offsetLag: 3, isFuture: true },
    { topic: 'b', partition: 0, sizeBytes: 30, offsetLag: 0, isFuture: false },
  ],
  ...more,
})
function describeDirs(directories: readonly LogDirectoryView[], topics: { topic: string; partitions: number[] }[] | null) {
  return describeLogDirsHandler({ directories: () => directories }).handle({ topics }, contextOf(4)) as ResponseOf<
    typeof describeLogDirs
  >
}

describe('DescribeLogDirs', () => {
  it('META-10, REPL-18: all replicas with size and lag, whether on their way here, and the space of the volume', () => {
    const [result] = describeDirs([directory()], null).results
    expect(result).toMatchObject({ errorCode: 0, logDir: '/data/1', totalBytes: 1000, usableBytes: 400 })
    expect(
      result?.topics.map(topic => [
        topic.name,
        topic.partitions.map(one => [one.partitionIndex, one.partitionSize, one.offsetLag, one.isFutureKey]),
      ]),
    ).toEqual([
      [
        'a',
        [
          [0, 10, 0, false],
          [1, 20, 3, true],
        ],
      ],
      ['b', [[0, 30, 0, false]]],
    ])
  })

  it('META-10: only what is asked for; the directory itself is always told', () => {
    const asked = [{ topic: 'a', partitions: [1, 7] }]
    expect(describeDirs([directory()], asked).results[0]?.topics).toMatchObject([
      { name: 'a', partitions: [{ partitionIndex: 1 }] },
    ])
    expect(describeDirs([directory()], []).results[0]?.topics).toEqual([])
  })

  it('DISK-38: an offline directory says so and shows nothing', () => {
    const [result] = describeDirs([directory({ isOffline: true, space: undefined })], null).results
    expect(errorName(result?.errorCode ?? 0)).toBe('KAFKA_STORAGE_ERROR')
    expect(result).toMatchObject({ topics: [], totalBytes: -1, usableBytes: -1 })
  })
})

describe('DescribeCluster', () => {
  const image = imageOf([], {
    brokers: new Map([
      [1, brokerOf(1)],
      [2, brokerOf(2, { fenced: true })],
    ]),
  })
  const controllers = { leaderId: () => 2, nodes: () => [{ nodeId: 2, host: 'h', port: 29093 }] }
  const ask = (more: { endpointType?: number; includeFencedBrokers?: boolean }, onController = false) => {
    const handler = describeClusterHandler({ image: () => image, fraction: () => 0, ...(onController ? { controllers } : {}) })
    return handler.handle({ ...describeCluster.request.zero, ...more }, contextOf(2)) as ResponseOf<typeof describeCluster>
  }

  it('META-10, KIP-1073: live brokers, and fenced ones when asked for', () => {
    expect(ask({}).brokers.map(broker => broker.brokerId)).toEqual([1])
    expect(ask({ includeFencedBrokers: true }).brokers.map(broker => [broker.brokerId, broker.isFenced])).toEqual([
      [1, false],
      [2, true],
    ])
    expect(ask({})).toMatchObject({ errorCode: 0, endpointType: 1, controllerId: 1, clusterId: image.clusterId })
  })

  it('KIP-919: each door answers for its own kind of node', () => {
    expect(ask({ endpointType: 2 }, true)).toMatchObject({
      errorCode: 0,
      controllerId: 2,
      brokers: [{ brokerId: 2, port: 29093 }],
    })
    expect(errorName(ask({ endpointType: 2 }).errorCode)).toBe('MISMATCHED_ENDPOINT_TYPE')
    expect(errorName(ask({ endpointType: 1 }, true).errorCode)).toBe('MISMATCHED_ENDPOINT_TYPE')
    expect(errorName(ask({ endpointType: 9 }).errorCode)).toBe('UNSUPPORTED_ENDPOINT_TYPE')
  })
})
