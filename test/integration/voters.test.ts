import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RequestOf } from '../../broker-core/protocol/api.ts'
import { apiVersions } from '../../broker-core/protocol/messages/18-api-versions.ts'
import { describeQuorum } from '../../broker-core/protocol/messages/55-describe-quorum.ts'
import { addRaftVoter } from '../../broker-core/protocol/messages/80-add-raft-voter.ts'
import { removeRaftVoter } from '../../broker-core/protocol/messages/81-remove-raft-voter.ts'
import { conversation, createTopic, eventually, type Conversation } from '../helpers/broker-conversation.ts'
import { dynamicQuorum, type DynamicQuorum } from '../helpers/dynamic-quorum.ts'

let quorum: DynamicQuorum
let talk: Conversation
beforeEach(async () => {
  quorum = await dynamicQuorum({ voters: 3, spares: 1 })
  talk = conversation()
})
afterEach(async () => {
  talk.close()
  await quorum.close()
})

const metadataPartition = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }

async function described(at: number) {
  const answer = await talk.call(quorum.port(at), describeQuorum, metadataPartition)
  const partition = answer.topics[0]?.partitions[0]
  return {
    leaderId: partition?.leaderId ?? -1,
    voters: partition?.currentVoters.map(voter => `${voter.replicaId}/${voter.replicaDirectoryId}`) ?? [],
    observers: partition?.observers.map(observer => `${observer.replicaId}/${observer.replicaDirectoryId}`) ?? [],
    nodes: answer.nodes,
  }
}
const key = (nodeId: number, directoryId = quorum.directoryId(nodeId)) => `${nodeId}/${directoryId}`

const addition = (nodeId: number): RequestOf<typeof addRaftVoter> => ({
  ...{
    clusterId: null,
    timeoutMs: 20_000,
    voterId: nodeId,
    voterDirectoryId: quorum.directoryId(nodeId),
    ackWhenCommitted: true,
  },
  listeners: [{ name: 'CONTROLLER', host: '127.0.0.1', port: quorum.controllerPort(nodeId) }],
})

/** Asks until the leader is not busy and the new voter has caught up. */
async function add(at: number, nodeId: number): Promise<void> {
  await eventually(async () => {
    const { errorCode } = await talk.call(quorum.port(at), addRaftVoter, addition(nodeId))
    return errorCode === 0 || errorCode === 126 ? true : undefined
  }, `node ${nodeId} is a voter`)
}

async function remove(at: number, nodeId: number, voterDirectoryId: string): Promise<void> {
  await eventually(async () => {
    const answer = await talk.call(quorum.port(at), removeRaftVoter, { clusterId: null, voterId: nodeId, voterDirectoryId })
    return answer.errorCode === 0 || answer.errorCode === 127 ? true : undefined
  }, `node ${nodeId} is no voter`)
}

it('KIP-853: a fourth node becomes a voter, one that lost its disk takes itself out and joins anew, a leader removes itself, and the cluster lives on', async () => {
  await Promise.all([1, 2, 3].map(nodeId => quorum.start(nodeId)))
  const features = await talk.call(quorum.port(1), apiVersions, {
    ...apiVersions.request.zero,
    clientSoftwareName: 'a',
    clientSoftwareVersion: '1',
  })
  expect(features.finalizedFeatures).toContainEqual({ name: 'kraft.version', maxVersionLevel: 1, minVersionLevel: 1 })
  expect((await described(1)).voters).toEqual([1, 2, 3].map(id => key(id)))
  await createTopic(talk, quorum.port(1), { name: 'before' })

  quorum.format(4)
  await quorum.start(4)
  const beside = await eventually(async () => {
    const found = await described(2)
    return found.observers.length > 0 ? found : undefined
  }, 'node 4 observes')
  expect(beside.observers).toEqual([key(4)])
  await add(2, 4)
  const four = await described(2)
  expect(four.voters).toEqual([1, 2, 3, 4].map(id => key(id)))
  expect(four.nodes.find(node => node.nodeId === 4)?.listeners).toEqual(addition(4).listeners)

  const victim = four.leaderId === 1 ? 2 : 1
  const lost = quorum.directoryId(victim)
  await quorum.process(victim)?.stop('SIGKILL')
  await createTopic(talk, quorum.port(4), { name: 'after' })

  rmSync(join(quorum.folder, `broker-${victim}`), { recursive: true })
  quorum.format(victim)
  await quorum.start(victim, { 'controller.quorum.auto.join.enable': 'true' })
  expect(quorum.directoryId(victim)).not.toBe(lost)
  await eventually(async () => {
    const { voters } = await described(4)
    return [1, 2, 3, 4].every(id => voters.includes(key(id))) ? voters : undefined
  }, 'it takes out the directory that it lost, and joins, by itself')
  expect((await described(4)).voters).not.toContain(key(victim, lost))

  const { leaderId } = await described(4)
  await remove(4, leaderId, quorum.directoryId(leaderId))
  const next = await eventually(async () => {
    const found = await described(leaderId === 4 ? 3 : 4)
    return found.leaderId !== leaderId && found.leaderId > 0 ? found : undefined
  }, 'the leader that removed itself is followed by another')
  expect(next.voters).toEqual([1, 2, 3, 4].filter(id => id !== leaderId).map(id => key(id)))
  await createTopic(talk, quorum.port(leaderId), { name: 'at-the-end' })
}, 120_000)
