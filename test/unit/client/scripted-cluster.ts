import { zeroUuid } from '../../../broker-core/base/bytes/uuid.ts'
import { createClient } from '../../../broker-core/client/connect-cluster.ts'
import type { ClientOptions } from '../../../broker-core/client/client-options.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { errorCode, type KafkaErrorName } from '../../../broker-core/model/kafka-errors.ts'
import type { Api, RequestOf, ResponseOf } from '../../../broker-core/protocol/api.ts'
import { metadata } from '../../../broker-core/protocol/messages/03-metadata.ts'
import { findCoordinator } from '../../../broker-core/protocol/messages/10-find-coordinator.ts'
import { apiVersions } from '../../../broker-core/protocol/messages/18-api-versions.ts'
import { allApis } from '../../../broker-core/protocol/registry.ts'
import { answering, env, server, type Server } from '../wire/loopback.ts'

/** One request that a broker of the script received. */
export interface Heard {
  readonly nodeId: number
  readonly api: string
  readonly version: number
  readonly body: unknown
}

interface ScriptedTopic {
  leaderId: number
  leaderEpoch: number
  topicId?: string
  error?: KafkaErrorName
  others?: readonly number[]
}

type Answer<A extends Api> = (
  body: RequestOf<A>,
  at: { readonly nodeId: number; readonly version: number; readonly count: number },
) => ResponseOf<A> | Promise<ResponseOf<A>> | undefined | Promise<undefined>

/** Brokers that speak the real protocol over real sockets and say what the test wants: for what a whole cluster cannot be made to say. */
export interface ScriptedCluster {
  readonly servers: readonly Server[]
  readonly heard: Heard[]
  /** Leader and epoch of partition 0 of each topic; `others`: leaders of the partitions that it has besides, -1 for none. */
  readonly topics: Map<string, ScriptedTopic>
  /** Node that coordinates everything. */
  coordinatorId: number
  readonly versions: Map<string, readonly [min: number, max: number] | null>
  /** Levels of features. */
  readonly finalized: Map<string, number>
  answer<A extends Api>(api: A, answer: Answer<A>): void
  client(options?: Partial<ClientOptions>): KafkaClient
  count(api: Api): number
}

export const zeroTopicId = zeroUuid

export async function scriptedCluster(brokers = 2): Promise<ScriptedCluster> {
  const heard: Heard[] = []
  const answers = new Map<number, Answer<Api>>()
  const servers: Server[] = []
  const cluster: ScriptedCluster = {
    servers,
    heard,
    topics: new Map(),
    coordinatorId: 1,
    versions: new Map(),
    finalized: new Map(),
    answer: (api, answer) => answers.set(api.key, answer as Answer<Api>),
    count: api => heard.filter(it => it.api === api.name).length,
    client(options = {}) {
      const bootstrap = servers.map(it => `127.0.0.1:${it.port}`).join(',')
      return createClient(
        { bootstrap, clientId: 'test', apiTimeoutMs: 3_000, requestTimeoutMs: 1_000, connectTimeoutMs: 500, ...options },
        env,
      )
    },
  }
  cluster.answer(apiVersions, () => versionsOf(cluster))
  cluster.answer(metadata, body => metadataOf(cluster, body))
  cluster.answer(findCoordinator, (body, { version }) => coordinatorOf(cluster, body, version))
  for (let nodeId = 1; nodeId <= brokers; nodeId++) {
    const dispatch = answering(({ api, version, body }) => {
      heard.push({ nodeId, api: api.name, version, body })
      const answer = answers.get(api.key)
      if (answer === undefined) throw new Error(`the script has no answer to ${api.name}`)
      return answer(body, { nodeId, version, count: cluster.count(api) })
    })
    servers.push(await server({ dispatch }))
  }
  return cluster
}

function versionsOf(cluster: ScriptedCluster): ResponseOf<typeof apiVersions> {
  const ranges = allApis.map(api => ({
    key: api.key,
    range: cluster.versions.has(api.name) ? cluster.versions.get(api.name) : api.versions,
  }))
  return {
    ...apiVersions.response.zero,
    finalizedFeatures: [...cluster.finalized].map(([name, level]) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
    apiKeys: ranges.flatMap(({ key, range }) => (range ? [{ apiKey: key, minVersion: range[0], maxVersion: range[1] }] : [])),
  }
}

function metadataOf(cluster: ScriptedCluster, body: RequestOf<typeof metadata>): ResponseOf<typeof metadata> {
  const names = body.topics === null ? [...cluster.topics.keys()] : body.topics.map(it => it.name ?? '')
  return {
    ...metadata.response.zero,
    clusterId: 'scripted',
    controllerId: 1,
    brokers: cluster.servers.map((it, index) => ({ nodeId: index + 1, host: '127.0.0.1', port: it.port, rack: null })),
    topics: names.map(name => topicOf(cluster, name)),
  }
}

function topicOf(cluster: ScriptedCluster, name: string): ResponseOf<typeof metadata>['topics'][number] {
  const known = cluster.topics.get(name)
  const base = { name, topicId: known?.topicId ?? zeroUuid, isInternal: false, topicAuthorizedOperations: -2147483648 }
  if (known === undefined) return { ...base, errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'), partitions: [] }
  const partitions = [known.leaderId, ...(known.others ?? [])].map((leaderId, partitionIndex) => ({
    errorCode: leaderId < 0 ? errorCode('LEADER_NOT_AVAILABLE') : 0,
    partitionIndex,
    leaderId,
    leaderEpoch: known.leaderEpoch,
    replicaNodes: [1, 2],
    isrNodes: [1, 2],
    offlineReplicas: [],
  }))
  return { ...base, errorCode: errorCode(known.error ?? 'NONE'), partitions }
}

function coordinatorOf(
  cluster: ScriptedCluster,
  body: RequestOf<typeof findCoordinator>,
  version: number,
): ResponseOf<typeof findCoordinator> {
  const { coordinatorId } = cluster
  const node = {
    nodeId: coordinatorId,
    host: '127.0.0.1',
    port: cluster.servers[coordinatorId - 1]?.port ?? 0,
    errorCode: 0,
    errorMessage: null,
  }
  if (version < 4) return { ...findCoordinator.response.zero, ...node }
  return { ...findCoordinator.response.zero, coordinators: body.coordinatorKeys.map(key => ({ key, ...node })) }
}
