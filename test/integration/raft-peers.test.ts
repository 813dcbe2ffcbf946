import { afterEach, describe, expect, it } from 'vitest'
import type { OpenListener } from '../../broker-core/cluster/listeners.ts'
import { zeroUuid } from '../../broker-core/base/bytes/uuid.ts'
import { metadataTopic } from '../../broker-core/consensus/ports.ts'
import { raftPeers } from '../../broker-core/cluster/raft-peers.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import type { Api } from '../../broker-core/protocol/api.ts'
import { vote } from '../../broker-core/protocol/messages/52-vote.ts'
import { fetchSnapshot } from '../../broker-core/protocol/messages/59-fetch-snapshot.ts'
import { handler } from '../../broker-core/server/handler.ts'
import { openNode } from '../helpers/controller-node.ts'
import { freePortRun } from '../helpers/free-ports.ts'

const env = nodeEnv({ log: { write() {} } })
const ballot = { clusterId: null, voterId: 1, topics: [] }
const part = { clusterId: null, replicaId: 9, maxBytes: 1000, topics: [] }

/** A voter that answers everything with no error, and counts. */
async function startVoter(): Promise<OpenListener & { asked(): number }> {
  let count = 0
  const answering = (api: Api) =>
    handler(api, async () => {
      count += 1
      return { throttleTimeMs: 0, errorCode: 0, topics: [], nodeEndpoints: [] }
    })
  const listener = await openNode([answering(vote), answering(fetchSnapshot)], env)
  return Object.assign(listener, { asked: () => count })
}

describe('the ways to the other voters', () => {
  const open: { close(): unknown }[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  function peersOf(ports: readonly number[]) {
    const endpointsOf = () => ports.map(port => ({ host: '127.0.0.1', port }))
    const peers = raftPeers({ nodeId: 9, endpointsOf, requestTimeoutMs: 2_000, env })
    open.push(peers)
    return peers
  }

  it('a voter is found in the second of its places by each of the links that looked in the first at once', async () => {
    const voter = await startVoter()
    const peers = peersOf([await freePortRun(1), voter.port])
    open.push(voter)
    const both = () => Promise.allSettled([peers.vote(1, ballot), peers.fetchSnapshot(1, part)])
    expect((await both()).map(it => it.status)).toEqual(['rejected', 'rejected'])
    expect((await both()).map(it => it.status)).toEqual(['fulfilled', 'fulfilled'])
  })

  it('what one link has found out, the others know', async () => {
    const voter = await startVoter()
    const peers = peersOf([await freePortRun(1), voter.port])
    open.push(voter)
    await expect(peers.vote(1, ballot)).rejects.toThrow()
    await peers.fetchSnapshot(1, part)
    await peers.vote(1, ballot)
    expect(voter.asked()).toBe(2)
  })

  it('KIP-996: a voter that knows no pre-vote is no reason to stop', async () => {
    const old = await openNode([handler(vote, async () => vote.response.zero, [0, 1])], env)
    const peers = peersOf([old.port])
    open.push(old)
    const partition = {
      ...{ partitionIndex: 0, replicaEpoch: 1, replicaId: 9, replicaDirectoryId: zeroUuid, voterDirectoryId: zeroUuid },
      ...{ lastOffsetEpoch: 0, lastOffset: 0 },
    }
    const asking = (preVote: boolean) =>
      peers.vote(1, { ...ballot, topics: [{ topicName: metadataTopic, partitions: [{ ...partition, preVote }] }] })
    await expect(asking(true)).rejects.toMatchObject({ name: 'PeerFailure', kind: 'unsupported' })
    await expect(asking(false)).resolves.toMatchObject({ errorCode: 0 })
  })

  it('looks elsewhere once for all that were told at once that it is another node', async () => {
    const voters = await Promise.all([startVoter(), startVoter()])
    const peers = peersOf(voters.map(voter => voter.port))
    open.push(...voters)
    await Promise.all([peers.vote(1, ballot), peers.vote(1, ballot)])
    peers.misdirected(1)
    peers.misdirected(1)
    await peers.vote(1, ballot)
    expect(voters.map(voter => voter.asked())).toEqual([2, 1])
  })
})
