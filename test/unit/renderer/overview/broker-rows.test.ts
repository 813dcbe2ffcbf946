import { describe, expect, it } from 'vitest'
import type {
  BrokerView,
  ClusterOverview,
  LocalBrokerView,
  LocalClusterView,
} from '../../../../src-main/contract/views/cluster.ts'
import { addressOf, brokerRows, delayText, rememberAddresses } from '../../../../src-renderer/features/overview/broker-rows.ts'

const told = (brokerId: number, patch: Partial<BrokerView> = {}): BrokerView => ({
  brokerId,
  host: '127.0.0.1',
  port: 9091 + brokerId,
  rack: null,
  up: true,
  isController: false,
  leaderCount: 2,
  replicaCount: 6,
  inSyncCount: 6,
  logBytes: 100,
  volumeTotalBytes: null,
  volumeFreeBytes: null,
  failedDirectories: [],
  software: null,
  ...patch,
})
const overviewOf = (brokers: readonly BrokerView[]): ClusterOverview => ({
  connection: 'local',
  asOfMs: 0,
  clusterId: null,
  controllerId: 2,
  bootstrap: '',
  brokers,
  quorum: {
    leaderId: 2,
    leaderEpoch: 1,
    highWatermark: 9,
    voters: [1, 2].map(nodeId => ({ nodeId, logEndOffset: 9, lag: 0, lastCaughtUpAtMs: null })),
    observers: [{ nodeId: 3, logEndOffset: 9, lag: 0, lastCaughtUpAtMs: null }],
  },
  health: { underReplicated: 0, underMinIsr: 0, offline: 0, notPreferred: 0 },
  topicCount: 0,
  internalTopicCount: 0,
  partitionCount: 0,
  missing: [],
})
const host = (brokerId: number, patch: Partial<LocalBrokerView> = {}): LocalBrokerView => ({
  brokerId,
  host: '127.0.0.1',
  port: 9091 + brokerId,
  isVoter: true,
  state: 'running',
  startedAtMs: 1,
  failure: null,
  eventLoopDelayMs: 0.5,
  recovery: null,
  uncleanable: [],
  ...patch,
})
const localOf = (brokers: readonly LocalBrokerView[]): LocalClusterView => ({
  state: 'running',
  bootstrap: '',
  dataDirectory: '',
  brokers,
  readyAfterMs: null,
  failure: null,
})
const none = { rates: [], addresses: new Map<number, string>() }

describe('brokers as rows', () => {
  it('are those that the cluster tells of and those that their host knows, by id', () => {
    const rows = brokerRows({ ...none, overview: overviewOf([told(3), told(1)]), local: localOf([host(4), host(1)]) })
    expect(rows.map(row => row.brokerId)).toEqual([1, 3, 4])
    expect(rows.map(row => row.local !== null)).toEqual([true, false, true])
  })

  it('have their roles in the quorum', () => {
    const rows = brokerRows({ ...none, overview: overviewOf([told(1), told(2), told(3), told(4)]), local: undefined })
    expect(rows.map(row => row.roles)).toEqual([['voter'], ['controller', 'voter'], ['observer'], []])
  })

  it.each([
    ['running and served', told(1), host(1), 'running', 'good'],
    ['running, and the controller does not count on it', told(1, { up: false }), host(1), 'fenced', 'warn'],
    ['killed, and the controller has not noticed', told(1), host(1, { state: 'stopped' }), 'stopped', 'bad'],
    ['starting', told(1, { up: false }), host(1, { state: 'starting' }), 'starting', 'info'],
    ['of others and served', told(1), undefined, 'up', 'good'],
    ['of others and gone', told(1, { up: false, host: '', port: -1 }), undefined, 'down', 'bad'],
  ] as const)('%s', (_case, broker, own, word, tone) => {
    const local = own === undefined ? undefined : localOf([own])
    expect(brokerRows({ ...none, overview: overviewOf([broker]), local })[0]?.state).toMatchObject({ word, tone })
  })

  it('one that failed says why', () => {
    const local = localOf([host(1, { state: 'failed', failure: 'disk full' })])
    expect(brokerRows({ ...none, overview: undefined, local })[0]?.state).toEqual({
      word: 'failed',
      tone: 'bad',
      reason: 'disk full',
    })
  })

  it('one that is down is no controller and has no rate, whatever the last answers say', () => {
    const rates = [{ brokerId: 2, recordsInPerSecond: 9, bytesInPerSecond: 9 }]
    const gone = { ...none, rates, overview: overviewOf([told(2)]), local: localOf([host(2, { state: 'stopped' })]) }
    expect(brokerRows(gone)[0]).toMatchObject({ roles: ['voter'], recordsInPerSecond: null, bytesInPerSecond: null })
    expect(brokerRows({ ...gone, local: localOf([host(2)]) })[0]).toMatchObject({ recordsInPerSecond: 9 })
  })

  it('one that is gone keeps the address it had', () => {
    const known = rememberAddresses(new Map(), [told(1)])
    const overview = overviewOf([told(1, { up: false, host: '', port: -1 })])
    expect(brokerRows({ rates: [], addresses: known, overview, local: undefined })[0]?.address).toBe('127.0.0.1:9092')
    expect(rememberAddresses(known, overview.brokers)).toBe(known)
  })

  it('an IPv6 host stands in brackets', () => {
    expect(addressOf({ host: '::1', port: 9092 })).toBe('[::1]:9092')
  })

  it('DISK-31, DISK-38: a recovery under way and a failed directory are in its state', () => {
    const recovery = { doneBytes: 35, totalBytes: 100, partition: 'p-0' }
    const own = localOf([host(1, { state: 'starting', recovery }), host(2)])
    const rows = brokerRows({
      overview: overviewOf([told(1), told(2, { failedDirectories: ['/data/b'] })]),
      local: own,
      rates: [],
      addresses: new Map(),
    })
    expect(rows.map(row => [row.state.word, row.state.tone])).toEqual([
      ['starting 35 %', 'info'],
      ['disk failed', 'bad'],
    ])
    expect(rows[1]?.state.reason).toBe('offline: /data/b')
  })
})

it('says delays so short, so that their column holds them', () => {
  const texts = [0, 0.04, 3.25, 99.94, 99.96, 123.8, 999.4, 1_234, null].map(delayText)
  expect(texts).toEqual(['0.0 ms', '0.0 ms', '3.3 ms', '99.9 ms', '100 ms', '124 ms', '999 ms', '1.2 s', '—'])
})
