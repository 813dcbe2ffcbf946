import { errorName, type KafkaErrorName } from '../../model/kafka-errors.ts'
import { deleteGroups as deleteGroupsApi } from '../../protocol/messages/42-delete-groups.ts'
import { listGroups as listGroupsApi } from '../../protocol/messages/16-list-groups.ts'
import { type Outcome, KafkaClientError, outcomeOf, throwOnError } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'
import { signalOf } from './controller-call.ts'

/** `classic`, `consumer` (KIP-848), `share`, `streams`; `unknown` with brokers that do not say. */
export type GroupType = 'classic' | 'consumer' | 'share' | 'streams' | 'unknown'

export interface ListedGroup {
  readonly groupId: string
  readonly type: GroupType
  /** `consumer` for consumers, empty for groups that only ever committed offsets. */
  readonly protocolType: string
  /** `Stable`, `Empty`, `PreparingRebalance`, `Dead`, …; empty with brokers that do not say. */
  readonly state: string
  /** The broker that answered for it. */
  readonly coordinatorId: number
}

export interface GroupListing {
  /** In order of id. */
  readonly groups: readonly ListedGroup[]
  /** Brokers that did not answer: their groups are missing. */
  readonly silentBrokers: readonly { readonly brokerId: number; readonly error: KafkaClientError }[]
}

/** All groups: every broker is asked for those that it coordinates. Throws only when none answers. */
export async function listGroups(client: KafkaClient, options: RetryOptions = {}): Promise<GroupListing> {
  const { brokers } = await client.refresh([], options)
  const asked = await Promise.all([...brokers.keys()].map(brokerId => groupsAt(client, brokerId, options)))
  const silentBrokers = asked.flatMap(it => ('error' in it ? [it] : []))
  if (silentBrokers.length === asked.length && silentBrokers[0] !== undefined) throw silentBrokers[0].error
  const groups = asked.flatMap(it => ('groups' in it ? it.groups : []))
  return { groups: distinct(groups), silentBrokers }
}

type Answer = { readonly groups: readonly ListedGroup[] } | GroupListing['silentBrokers'][number]

/** A broker that is still loading a part of the groups is asked again. */
async function groupsAt(client: KafkaClient, brokerId: number, options: RetryOptions): Promise<Answer> {
  try {
    const groups = await client.retry(
      async () => {
        const body = listGroupsApi.request.zero
        const reply = await client.send(listGroupsApi, body, { to: 'broker', nodeId: brokerId }, signalOf(options))
        throwOnError(reply.errorCode, { api: listGroupsApi.name, broker: `broker ${brokerId}` })
        return reply.groups.map(it => ({
          groupId: it.groupId,
          type: groupTypeOf(it.groupType),
          protocolType: it.protocolType,
          state: it.groupState,
          coordinatorId: brokerId,
        }))
      },
      { timeoutMs: 5_000, ...options },
    )
    return { groups }
  } catch (error) {
    if (!(error instanceof KafkaClientError) || ['CANCELLED', 'CLOSED'].includes(error.code)) throw error
    return { brokerId, error }
  }
}

const groupTypes: readonly GroupType[] = ['classic', 'consumer', 'share', 'streams']

/** Brokers write `Classic` or `classic`, as their age goes. */
const groupTypeOf = (text: string): GroupType => groupTypes.find(type => type === text.toLowerCase()) ?? 'unknown'

/** While a coordinator moves, two brokers may name the same group: the later answer is as good. */
function distinct(groups: readonly ListedGroup[]): readonly ListedGroup[] {
  const byId = new Map(groups.map(group => [group.groupId, group]))
  return [...byId.values()].sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
}

/** Deletes groups without members, with their offsets. One outcome per group. */
export function deleteGroups(
  client: KafkaClient,
  groupIds: readonly string[],
  options: RetryOptions = {},
): Promise<readonly (Outcome & { readonly groupId: string })[]> {
  return Promise.all(
    groupIds.map(async groupId => {
      const result = await client.retry(async () => {
        const destination = { to: 'coordinator', of: 'group', key: groupId } as const
        const reply = await client.send(deleteGroupsApi, { groupsNames: [groupId] }, destination, signalOf(options))
        const only = reply.results[0]
        throwIfCoordinatorMoved(only?.errorCode ?? -1, groupId)
        return only
      }, options)
      return { groupId, ...outcomeOf(result?.errorCode ?? -1, result?.errorMessage) }
    }),
  )
}

const coordinatorErrors: ReadonlySet<KafkaErrorName> = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
])

/** Throws errors that asking the right coordinator again mends. */
export function throwIfCoordinatorMoved(code: number, group: string): void {
  const error = errorName(code)
  if (coordinatorErrors.has(error)) throw new KafkaClientError(error, { group })
}
