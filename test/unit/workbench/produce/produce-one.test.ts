import { expect, it, onTestFinished } from 'vitest'
import { errorCode, type KafkaErrorName } from '../../../../broker-core/model/kafka-errors.ts'
import { produce } from '../../../../broker-core/protocol/messages/00-produce.ts'
import { initProducerId } from '../../../../broker-core/protocol/messages/22-init-producer-id.ts'
import { readBatchHeader } from '../../../../broker-core/records/batch-header.ts'
import { contract } from '../../../../src-main/contract/contract.ts'
import { produceOne } from '../../../../src-main/workbench/produce/produce-one.ts'
import { scriptedCluster, zeroTopicId } from '../../client/scripted-cluster.ts'

/** Sends one record to a leader that says this of each attempt; gives what it was sent. */
async function sent(verdicts: readonly KafkaErrorName[], ofIdentity: KafkaErrorName = 'NONE') {
  const cluster = await scriptedCluster(1)
  cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1 })
  const identity = ofIdentity === 'NONE' ? { producerId: 100, producerEpoch: 0 } : {}
  cluster.answer(initProducerId, () => ({ ...initProducerId.response.zero, errorCode: errorCode(ofIdentity), ...identity }))
  const batches: { readonly producerId: number; readonly baseSequence: number }[] = []
  cluster.answer(produce, (body, { count }) => {
    const bytes = body.topicData[0]?.partitionData[0]?.records?.chunks[0] ?? new Uint8Array(0)
    const { producerId, baseSequence } = readBatchHeader(bytes)
    batches.push({ producerId, baseSequence })
    const error = errorCode(verdicts[count - 1] ?? 'NONE')
    const partition = { ...partitionZero, errorCode: error, baseOffset: error === 0 ? 7 : -1 }
    const topic = { name: 't', topicId: zeroTopicId, partitionResponses: [partition] }
    return { ...produce.response.zero, responses: [topic] }
  })
  const client = cluster.client()
  onTestFinished(() => client.close())
  const input = { connection: 'c', topic: 't', key: null, value: { text: 'a', encoding: 'text' } }
  const order = contract['records.produce'].input.parse(input)
  const { signal } = new AbortController()
  const { offset } = await produceOne(client, order, { nowMs: () => 1, signal })
  return { offset, batches }
}

const partitionZero = {
  index: 0,
  logAppendTimeMs: -1,
  logStartOffset: 0,
  recordErrors: [],
  errorMessage: null,
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
}

it('IDEM: one record that goes again, because nobody said that it was written, carries its number and is written once', async () => {
  const numbered = { producerId: 100, baseSequence: 0 }
  expect(await sent(['NOT_ENOUGH_REPLICAS_AFTER_APPEND'])).toEqual({ offset: 7, batches: [numbered, numbered] })
})

it('goes without a number where the user may not have one', async () => {
  const plain = { producerId: -1, baseSequence: -1 }
  expect(await sent([], 'CLUSTER_AUTHORIZATION_FAILED')).toEqual({ offset: 7, batches: [plain] })
})
