import { describe, expect, it } from 'vitest'
import { topicCreation } from '../../../broker-core/cluster/topic-creation.ts'
import type { ControllerChannel } from '../../../broker-core/controller/controller-channel.ts'
import type { MetadataView } from '../../../broker-core/controller/image.ts'
import { coordinatorTopics, defaultCoordinatorSettings } from '../../../broker-core/coordinator/coordinators.ts'
import type { RequestOf, ResponseOf } from '../../../broker-core/protocol/api.ts'
import { createTopics } from '../../../broker-core/protocol/messages/19-create-topics.ts'
import { imageOf } from '../server/images.ts'

type Request = RequestOf<typeof createTopics>

function creation() {
  const asked: Request['topics'][number][] = []
  const controller = {
    send(_api: unknown, { topics }: Request) {
      asked.push(...topics)
      const answered = topics.map(({ name }) => ({ name, errorCode: 0 }))
      return Promise.resolve({ throttleTimeMs: 0, topics: answered } as unknown as ResponseOf<typeof createTopics>)
    },
    close: () => {},
  } as unknown as ControllerChannel
  const metadata = { image: () => imageOf([]) } as unknown as MetadataView
  const internalTopics = Object.values(coordinatorTopics(defaultCoordinatorSettings))
  return { asked, topics: topicCreation({ controller, metadata, log: { write: () => {} }, timeoutMs: 1000, internalTopics }) }
}

describe('Topics that a broker asks for', () => {
  it('META-01, INT-01: an internal topic that a client names is created as its coordinator needs it, not with the defaults', async () => {
    const { asked, topics } = creation()
    const results = await topics.createByName(['__consumer_offsets', '__transaction_state', 'plain'])
    expect([...results.values()]).toEqual(['NONE', 'NONE', 'NONE'])
    expect(asked[0]).toMatchObject({ numPartitions: 50, replicationFactor: 3 })
    expect(asked[0]?.configs).toContainEqual({ name: 'cleanup.policy', value: 'compact' })
    expect(asked[1]).toMatchObject({ numPartitions: 50, replicationFactor: 3 })
    expect(asked[1]?.configs).toContainEqual({ name: 'min.insync.replicas', value: '2' })
    expect(asked[2]).toEqual({ name: 'plain', numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] })
  })
})
