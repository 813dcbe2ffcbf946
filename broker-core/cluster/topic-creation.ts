import type { ControllerChannel } from '../controller/controller-channel.ts'
import type { MetadataView } from '../controller/image.ts'
import type { InternalTopicPlan, InternalTopics } from '../coordinator/ports.ts'
import type { LogSink } from '../env/log-sink.ts'
import { errorName, type KafkaErrorName } from '../model/kafka-errors.ts'
import type { RequestOf } from '../protocol/api.ts'
import { createTopics } from '../protocol/messages/19-create-topics.ts'

type CreatableTopic = RequestOf<typeof createTopics>['topics'][number]

export interface TopicCreationOptions {
  readonly controller: ControllerChannel
  readonly metadata: MetadataView
  readonly log: LogSink
  readonly timeoutMs: number
  /** What each internal topic is created with, whoever names it. */
  readonly internalTopics: readonly InternalTopicPlan[]
}

/** Topics that a broker itself asks for: those that a client names (META-01) and those that coordinators write (INT-01). */
export interface TopicCreation {
  readonly internalTopics: InternalTopics
  /** With the defaults of the cluster; internal topics as their coordinator writes them (INT-01). Never rejects. */
  createByName(names: readonly string[]): Promise<ReadonlyMap<string, KafkaErrorName>>
}

export function topicCreation(options: TopicCreationOptions): TopicCreation {
  /** One request per name at a time; everybody who asks meanwhile waits for the same answer. */
  const underWay = new Map<string, Promise<KafkaErrorName>>()
  const create = (topic: CreatableTopic): Promise<KafkaErrorName> => {
    const present = underWay.get(topic.name)
    if (present !== undefined) return present
    const asked = ask(options, topic).finally(() => underWay.delete(topic.name))
    underWay.set(topic.name, asked)
    return asked
  }
  const internalTopics: InternalTopics = {
    async ensure(plan) {
      if (options.metadata.image().topicsByName.has(plan.name)) return 'NONE'
      const result = await create(internalTopic(plan))
      const isThere = options.metadata.image().topicsByName.has(plan.name)
      if (isThere) return 'NONE'
      options.log.write('info', 'internal-topic.asked', { topic: plan.name, result })
      return 'COORDINATOR_NOT_AVAILABLE'
    },
  }
  return {
    internalTopics,
    async createByName(names) {
      const planOf = (name: string) => options.internalTopics.find(plan => plan.name === name)
      const topicOf = (name: string, plan = planOf(name)) => (plan === undefined ? topicWithDefaults(name) : internalTopic(plan))
      const results = await Promise.all(names.map(async name => [name, await create(topicOf(name))] as const))
      return new Map(results)
    },
  }
}

async function ask(options: TopicCreationOptions, topic: CreatableTopic): Promise<KafkaErrorName> {
  const { controller, log, timeoutMs } = options
  const notController = (result: { errorCode: number }) => errorName(result.errorCode) === 'NOT_CONTROLLER'
  try {
    const answer = await controller.send(
      createTopics,
      { topics: [topic], timeoutMs, validateOnly: false },
      { timeoutMs, isMisdirected: response => response.topics.some(notController) },
    )
    return errorName(answer.topics[0]?.errorCode ?? -1)
  } catch (error) {
    log.write('warn', 'topic.creation-failed', { topic: topic.name, error: String(error) })
    return 'COORDINATOR_NOT_AVAILABLE'
  }
}

const topicWithDefaults = (name: string): CreatableTopic => ({
  name,
  numPartitions: -1,
  replicationFactor: -1,
  assignments: [],
  configs: [],
})

const internalTopic = (plan: InternalTopicPlan): CreatableTopic => ({
  name: plan.name,
  numPartitions: plan.partitionCount,
  replicationFactor: plan.replicationFactor,
  assignments: [],
  configs: Object.entries(plan.configs).map(([name, value]) => ({ name, value })),
})
