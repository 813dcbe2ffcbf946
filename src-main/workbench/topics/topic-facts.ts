import { describeConfigs } from '../../../broker-core/client/admin/configs.ts'
import { describeLogDirectories } from '../../../broker-core/client/admin/log-directories.ts'
import type { LogDirectory } from '../../../broker-core/client/admin/log-directories.ts'
import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { TopicMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import { reasonOf } from '../failures.ts'
import { keyOf } from '../sampling/probe.ts'

/** What lists show of topics beyond their metadata. It changes slowly, so it is asked for now and then, and kept in between. */
export interface TopicFacts {
  startOffset(topic: string, partition: number): number | undefined
  /** Bytes of a replica; undefined when not answered. */
  sizeBytes(topic: string, partition: number, brokerId: number): number | undefined
  config(topic: string, name: string): string | null | undefined
  directories(): readonly LogDirectory[] | undefined
  readonly missing: readonly string[]
  /** Asks again when older than `maxAgeMs` (longer where asking takes long), or about a new topic; waits for the answer at most `withinMs`. */
  refresh(topics: readonly TopicMetadata[], maxAgeMs: number, withinMs: number): Promise<void>
}

const shownConfigs = ['cleanup.policy', 'retention.ms', 'min.insync.replicas']
const topicsPerQuestion = 1_000
/** A cluster that takes long to answer is asked less often. */
const restFactor = 19

export function topicFacts(client: () => KafkaClient, nowMs: () => number): TopicFacts {
  let starts = new Map<string, number>()
  let sizes = new Map<string, number>()
  let configs = new Map<string, ReadonlyMap<string, string | null>>()
  let directories: readonly LogDirectory[] | undefined
  let missing: string[] = []
  let tookMs = 0
  let askedAtMs = Number.NEGATIVE_INFINITY
  let underWay: Promise<void> | undefined

  async function ask(topics: readonly TopicMetadata[]): Promise<void> {
    const startMs = performance.now()
    const problems: string[] = []
    const tolerate = async (what: string, question: () => Promise<void>) => {
      await question().catch((error: unknown) => problems.push(`${what} (${reasonOf(error)})`))
    }
    await Promise.all([
      tolerate('start offsets', async () => {
        starts = await startsOf(client(), topics)
      }),
      tolerate('sizes', async () => {
        directories = await describeLogDirectories(client(), { timeoutMs: 5_000 })
        sizes = sizesIn(directories)
      }),
      tolerate('configurations', async () => {
        configs = await configsOf(client(), topics)
      }),
    ])
    missing = problems
    tookMs = performance.now() - startMs
    askedAtMs = nowMs()
  }

  return {
    startOffset: (topic, partition) => starts.get(keyOf(topic, partition)),
    sizeBytes: (topic, partition, brokerId) => sizes.get(`${brokerId} ${keyOf(topic, partition)}`),
    config: (topic, name) => configs.get(topic)?.get(name),
    directories: () => directories,
    get missing() {
      return missing
    },
    async refresh(topics, maxAgeMs, withinMs) {
      const isNew = topics.some(topic => !configs.has(topic.name))
      if (!isNew && nowMs() - askedAtMs <= Math.max(maxAgeMs, tookMs * restFactor)) return
      underWay ??= ask(topics).finally(() => {
        underWay = undefined
      })
      await Promise.race([underWay, new Promise(resolve => setTimeout(resolve, withinMs).unref())])
    },
  }
}

async function startsOf(client: KafkaClient, topics: readonly TopicMetadata[]): Promise<Map<string, number>> {
  const questions = topics.flatMap(topic =>
    topic.partitions
      .filter(it => it.leaderId >= 0)
      .map(it => ({ topic: topic.name, partition: it.partition, at: 'earliest' as const })),
  )
  if (questions.length === 0) return new Map()
  const answers = await listOffsets(client, questions, { timeoutMs: 5_000 })
  return new Map(answers.filter(it => it.error === 'NONE').map(it => [keyOf(it.topic, it.partition), it.offset]))
}

function sizesIn(directories: readonly LogDirectory[]): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const { brokerId, replicas } of directories)
    for (const replica of replicas)
      if (!replica.isFuture) sizes.set(`${brokerId} ${keyOf(replica.topic, replica.partition)}`, replica.sizeBytes)
  return sizes
}

async function configsOf(
  client: KafkaClient,
  topics: readonly TopicMetadata[],
): Promise<Map<string, ReadonlyMap<string, string | null>>> {
  const configs = new Map<string, ReadonlyMap<string, string | null>>()
  for (let at = 0; at < topics.length; at += topicsPerQuestion) {
    const resources = topics.slice(at, at + topicsPerQuestion).map(topic => ({ type: 'topic' as const, name: topic.name }))
    const described = await describeConfigs(client, resources, { names: shownConfigs, timeoutMs: 5_000 })
    for (const it of described) configs.set(it.resource.name, new Map(it.configs.map(config => [config.name, config.value])))
  }
  return configs
}
