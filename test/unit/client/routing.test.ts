import { afterEach, describe, expect, it } from 'vitest'
import { committedOffsets } from '../../../broker-core/client/admin/group-offsets.ts'
import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { errorCode } from '../../../broker-core/model/kafka-errors.ts'
import { listOffsets as listOffsetsApi } from '../../../broker-core/protocol/messages/02-list-offsets.ts'
import { metadata } from '../../../broker-core/protocol/messages/03-metadata.ts'
import { offsetFetch } from '../../../broker-core/protocol/messages/09-offset-fetch.ts'
import { findCoordinator } from '../../../broker-core/protocol/messages/10-find-coordinator.ts'
import { listGroups } from '../../../broker-core/protocol/messages/16-list-groups.ts'
import { saslHandshake } from '../../../broker-core/protocol/messages/17-sasl-handshake.ts'
import { saslAuthenticate } from '../../../broker-core/protocol/messages/36-sasl-authenticate.ts'
import { describeCluster } from '../../../broker-core/protocol/messages/60-describe-cluster.ts'
import { env } from '../wire/loopback.ts'
import { scriptedCluster, type ScriptedCluster } from './scripted-cluster.ts'
import { soon } from './soon.ts'

const clients: KafkaClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
})

function clientOf(cluster: ScriptedCluster, options: Parameters<ScriptedCluster['client']>[0] = {}): KafkaClient {
  const client = cluster.client(options)
  clients.push(client)
  return client
}

const anyone = { to: 'any' } as const
const noGroups = listGroups.response.zero

describe('finding brokers', () => {
  it('goes on to the next bootstrap address when one does not answer', async () => {
    const cluster = await scriptedCluster(1)
    const client = clientOf(cluster, { bootstrap: `127.0.0.1:1, 127.0.0.1:${cluster.servers[0]?.port}` })
    expect((await client.refresh([])).clusterId).toBe('scripted')
  })

  it('says which address failed, and after the deadline how often it tried', async () => {
    const cluster = await scriptedCluster(1)
    const client = clientOf(cluster, { bootstrap: '127.0.0.1:1', apiTimeoutMs: 300 })
    await expect(client.refresh([])).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringMatching(/after \d+ attempts .* CONNECTION_FAILED: .*127\.0\.0\.1:1/),
    })
  })

  it('recognizes that what answers is not Kafka, and does not try again', async () => {
    const listener = await env.network.listen({ host: '127.0.0.1', port: 0 }, socket => {
      socket.setHandlers({
        data: () => socket.write([new TextEncoder().encode('HTTP/1.1 400 Bad Request\r\n\r\n')]),
        drained: () => {},
        closed: () => {},
      })
    })
    const cluster = await scriptedCluster(1)
    const client = clientOf(cluster, { bootstrap: `127.0.0.1:${listener.port}` })
    await expect(client.refresh([])).rejects.toMatchObject({ code: 'NOT_KAFKA' })
    await listener.close()
  })

  it('tells a refused password at once', async () => {
    const cluster = await scriptedCluster(2)
    cluster.answer(saslHandshake, () => ({ errorCode: 0, mechanisms: ['PLAIN'] }))
    const refusal = {
      ...saslAuthenticate.response.zero,
      errorCode: errorCode('SASL_AUTHENTICATION_FAILED'),
      errorMessage: 'wrong password',
    }
    cluster.answer(saslAuthenticate, () => refusal)
    const client = clientOf(cluster, { sasl: { mechanism: 'PLAIN', username: 'u', password: 'p' } })
    await expect(client.refresh([])).rejects.toMatchObject({
      code: 'SASL_AUTHENTICATION_FAILED',
      message: expect.stringContaining('wrong password'),
    })
    expect(cluster.count(saslAuthenticate)).toBe(1)
  })

  it('authenticates each connection before the first request', async () => {
    const cluster = await scriptedCluster(1)
    cluster.answer(saslHandshake, () => ({ errorCode: 0, mechanisms: ['PLAIN'] }))
    cluster.answer(saslAuthenticate, body =>
      new TextDecoder().decode(body.authBytes) === '\0u\0p' ? saslAuthenticate.response.zero : undefined,
    )
    const client = clientOf(cluster, { sasl: { mechanism: 'PLAIN', username: 'u', password: 'p' } })
    await client.refresh([])
    expect(cluster.heard.map(it => it.api)).toEqual(['ApiVersions', 'SaslHandshake', 'SaslAuthenticate', 'Metadata'])
  })

  it('avoids a broker that could not be reached a moment ago', async () => {
    const cluster = await scriptedCluster(3)
    cluster.answer(listGroups, () => noGroups)
    const client = clientOf(cluster)
    await client.refresh([])
    cluster.servers[1]?.connections.forEach(it => it.close())
    const brokers = [...client.cluster().brokers.values()].map(it => (it.nodeId === 2 ? { ...it, port: 1 } : it))
    cluster.answer(metadata, () => ({ ...metadata.response.zero, controllerId: 1, brokers }))
    await client.refresh([])
    await expect(client.send(listGroups, noGroupsRequest, { to: 'broker', nodeId: 2 })).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
    })
    for (let i = 0; i < 20; i++) await client.send(listGroups, noGroupsRequest, anyone)
    expect(cluster.heard.some(it => it.api === 'ListGroups' && it.nodeId === 2)).toBe(false)
  })
})

const noGroupsRequest = listGroups.request.zero

describe('versions', () => {
  it('uses the newest that both sides know, within the bounds of the caller', async () => {
    const cluster = await scriptedCluster(1)
    cluster.versions.set('ListGroups', [1, 3])
    cluster.answer(listGroups, () => noGroups)
    const client = clientOf(cluster)
    await client.send(listGroups, noGroupsRequest, anyone)
    await client.send(listGroups, noGroupsRequest, anyone, { versionMax: 2 })
    expect(cluster.heard.filter(it => it.api === 'ListGroups').map(it => it.version)).toEqual([3, 2])
    expect(await client.versionsOf(listGroups, anyone)).toEqual([1, 3])
  })

  it('says what the broker lacks', async () => {
    const cluster = await scriptedCluster(1)
    cluster.versions.set('ListGroups', [0, 2]).set('DescribeCluster', null)
    const client = clientOf(cluster)
    const tooOld = client.send(listGroups, noGroupsRequest, anyone, { versionMin: 3 })
    await expect(tooOld).rejects.toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      message: expect.stringContaining('versions 0 to 2'),
    })
    const absent = client.send(describeCluster, describeCluster.request.zero, anyone)
    await expect(absent).rejects.toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      message: expect.stringContaining('does not offer DescribeCluster'),
    })
    expect(await client.versionsOf(describeCluster, anyone)).toBeUndefined()
  })
})

describe('leaders and coordinators that move', () => {
  it('looks the leader up again after NOT_LEADER_OR_FOLLOWER', async () => {
    const cluster = await scriptedCluster(2)
    cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1 })
    cluster.answer(listOffsetsApi, (body, { nodeId }) => {
      const moved = nodeId === 1
      if (moved) cluster.topics.set('t', { leaderId: 2, leaderEpoch: 2 })
      const partition = {
        partitionIndex: 0,
        errorCode: moved ? errorCode('NOT_LEADER_OR_FOLLOWER') : 0,
        timestamp: -1,
        offset: 5,
        leaderEpoch: 2,
      }
      return { throttleTimeMs: 0, topics: body.topics.map(({ name }) => ({ name, partitions: [partition] })) }
    })
    const client = clientOf(cluster)
    const [answer] = await listOffsets(client, [{ topic: 't', partition: 0, at: 'latest' }])
    expect(answer).toMatchObject({ offset: 5, error: 'NONE' })
    const asked = cluster.heard.filter(it => it.api === 'ListOffsets')
    expect(asked.map(it => it.nodeId)).toEqual([1, 2])
    const epochs = asked.map(
      it => (it.body as { topics: { partitions: { currentLeaderEpoch: number }[] }[] }).topics[0]?.partitions[0],
    )
    expect(epochs.map(it => it?.currentLeaderEpoch)).toEqual([1, 2])
  })

  it('believes no broker that names an older leader than one already known (KIP-320)', async () => {
    const cluster = await scriptedCluster(2)
    cluster.topics.set('t', { leaderId: 2, leaderEpoch: 7, topicId: 'AAAAAAAAAAAAAAAAAAAAAg' })
    const client = clientOf(cluster)
    await client.refresh(['t'])
    cluster.topics.set('t', { leaderId: 1, leaderEpoch: 6, topicId: 'AAAAAAAAAAAAAAAAAAAAAg' })
    await client.refresh(['t'])
    expect(client.cluster().topics.get('t')?.partitions[0]).toMatchObject({ leaderId: 2, leaderEpoch: 7 })
    cluster.topics.set('t', { leaderId: 1, leaderEpoch: 0, topicId: 'AAAAAAAAAAAAAAAAAAAAAw' })
    await client.refresh(['t'])
    expect(client.cluster().topics.get('t')?.partitions[0]).toMatchObject({ leaderId: 1, leaderEpoch: 0 })
  })

  it('asks for the coordinator again after NOT_COORDINATOR, and remembers it otherwise', async () => {
    const cluster = await scriptedCluster(2)
    cluster.answer(offsetFetch, (_, { nodeId }) => {
      const group = { groupId: 'g', topics: [], errorCode: nodeId === cluster.coordinatorId ? 0 : errorCode('NOT_COORDINATOR') }
      return { ...offsetFetch.response.zero, groups: [group] }
    })
    const client = clientOf(cluster)
    await committedOffsets(client, 'g')
    await committedOffsets(client, 'g')
    expect(cluster.count(findCoordinator)).toBe(1)
    cluster.coordinatorId = 2
    await committedOffsets(client, 'g')
    expect(cluster.count(findCoordinator)).toBe(2)
    expect(cluster.heard.filter(it => it.api === 'OffsetFetch').map(it => it.nodeId)).toEqual([1, 1, 1, 2])
  })

  it('waits for a coordinator that is loading', async () => {
    const cluster = await scriptedCluster(1)
    cluster.answer(offsetFetch, (_, { count }) => {
      const group = { groupId: 'g', topics: [], errorCode: count < 3 ? errorCode('COORDINATOR_LOAD_IN_PROGRESS') : 0 }
      return { ...offsetFetch.response.zero, groups: [group] }
    })
    await committedOffsets(clientOf(cluster), 'g')
    expect(cluster.count(offsetFetch)).toBe(3)
  })

  it('does not wait long for a topic that does not exist, and not at all for one that it may not see', async () => {
    const cluster = await scriptedCluster(1)
    const client = clientOf(cluster, { apiTimeoutMs: 30_000 })
    const before = performance.now()
    await expect(client.topic('absent')).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION', place: { topic: 'absent' } })
    // Far below the half minute that other errors are given; how far is the business of the test of `retrying`.
    expect(performance.now() - before).toBeLessThan(9_000)
    cluster.topics.set('secret', { leaderId: 1, leaderEpoch: 1, error: 'TOPIC_AUTHORIZATION_FAILED' })
    const asked = cluster.count(metadata)
    await expect(client.topic('secret')).rejects.toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' })
    expect(cluster.count(metadata)).toBe(asked + 1)
  })
})

describe('connections', () => {
  it('a request that waits on its own lane holds up nothing else (WIRE-07)', async () => {
    const cluster = await scriptedCluster(1)
    let release = (): void => {}
    const held = new Promise<void>(resolve => (release = resolve))
    cluster.answer(listGroups, async (_, { count }) => {
      if (count === 1) await held
      return noGroups
    })
    const client = clientOf(cluster)
    const waiting = client.send(listGroups, noGroupsRequest, { to: 'broker', nodeId: 1 }, { lane: 'slow' })
    await soon(() => cluster.count(listGroups)).toBe(1)
    expect(await client.send(listGroups, noGroupsRequest, { to: 'broker', nodeId: 1 })).toBeDefined()
    release()
    await waiting
    client.closeLane('slow')
  })

  it('gives up a request that is not answered, with its name and broker', async () => {
    const cluster = await scriptedCluster(1)
    cluster.answer(listGroups, () => new Promise<never>(() => {}))
    const client = clientOf(cluster, { requestTimeoutMs: 100 })
    await expect(client.send(listGroups, noGroupsRequest, anyone)).rejects.toMatchObject({
      code: 'REQUEST_TIMED_OUT',
      place: { api: 'ListGroups', broker: expect.stringContaining('broker 1 at 127.0.0.1') },
    })
  })

  it('connects anew after the broker closed the connection', async () => {
    const cluster = await scriptedCluster(1)
    cluster.answer(listGroups, () => noGroups)
    const client = clientOf(cluster)
    await client.send(listGroups, noGroupsRequest, anyone)
    cluster.servers[0]?.connections.forEach(it => it.close())
    await client.retry(() => client.send(listGroups, noGroupsRequest, anyone))
    expect(cluster.count(listGroups)).toBe(2)
  })

  it('closes connections that nobody uses', async () => {
    const cluster = await scriptedCluster(1)
    const client = clientOf(cluster, { idleConnectionMs: 60 })
    await client.refresh([])
    await soon(() => cluster.servers[0]?.ended.length).toBe(1)
    await client.refresh([])
  })

  it('WIRE-14: leaves a broker alone for as long as it asks to (KIP-219)', async () => {
    const cluster = await scriptedCluster(2)
    cluster.answer(listGroups, (_, { nodeId }) => ({ ...noGroups, throttleTimeMs: nodeId === 1 ? 300 : 0 }))
    const client = clientOf(cluster, { requestTimeoutMs: 200 })
    const timed = async (nodeId: number): Promise<number> => {
      const before = performance.now()
      await client.send(listGroups, noGroupsRequest, { to: 'broker', nodeId })
      return performance.now() - before
    }
    await timed(1)
    expect(await timed(1)).toBeGreaterThan(250)
    await timed(2)
    expect(await timed(2)).toBeLessThan(250)
  })

  it('calls that find a broken connection together open one new one', async () => {
    const cluster = await scriptedCluster(1)
    cluster.answer(listGroups, () => noGroups)
    const client = clientOf(cluster)
    await client.send(listGroups, noGroupsRequest, anyone)
    cluster.servers[0]?.connections.forEach(it => it.close())
    const calls = Array.from({ length: 8 }, () => client.retry(() => client.send(listGroups, noGroupsRequest, anyone)))
    await Promise.all(calls)
    expect(cluster.servers[0]?.connections.length).toBe(2)
  })

  it('ends calls under way with CLOSED, and refuses later ones', async () => {
    const cluster = await scriptedCluster(1)
    cluster.answer(listGroups, () => new Promise<never>(() => {}))
    const client = cluster.client()
    await client.refresh([])
    const calls = [
      client.send(listGroups, noGroupsRequest, anyone),
      client.retry(() => client.send(listGroups, noGroupsRequest, anyone)),
    ]
    await soon(() => cluster.count(listGroups)).toBeGreaterThan(0)
    const ends = calls.map(call => expect(call).rejects.toMatchObject({ code: 'CLOSED' }))
    await client.close()
    await Promise.all(ends)
    await expect(client.send(listGroups, noGroupsRequest, anyone)).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('stops waiting when cancelled, before and during a call', async () => {
    const cluster = await scriptedCluster(1)
    cluster.answer(listGroups, () => new Promise<never>(() => {}))
    const client = clientOf(cluster)
    const stop = new AbortController()
    const call = client.send(listGroups, noGroupsRequest, anyone, { signal: stop.signal })
    await soon(() => cluster.count(listGroups)).toBe(1)
    stop.abort()
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(client.topic('t', { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('calls for the same metadata share one request', async () => {
    const cluster = await scriptedCluster(1)
    const client = clientOf(cluster)
    await client.refresh([])
    const before = cluster.count(metadata)
    await Promise.all(Array.from({ length: 10 }, () => client.refresh(['a', 'b'])))
    expect(cluster.count(metadata)).toBe(before + 1)
  })
})
