import type { AssignorName } from '../../../broker-core/client/consuming/assignors.ts'
import { consumeAsGroup } from '../../../broker-core/client/consuming/group-consumer.ts'
import type { ConsumerStatus, GroupConsumer } from '../../../broker-core/client/consuming/consumer-options.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { closeQuietly } from '../close-quietly.ts'
import { newPace } from './shop-pace.ts'

/** Of a member that reads as fast as it can. */
export const unlimited = (): number => Number.POSITIVE_INFINITY

const joinAgainAfterMs = 5_000
/** A shop that is ended for good waits briefly; one that pauses, as long as a commit and the leaving may take, so that the group is empty then. */
const leaveWithinMs = { 'at once': 2_000, 'in order': 15_000 } as const
/** Short: a member that could not leave is gone before a person wonders why its group is still active. */
const sessionTimeoutMs = 10_000
/** Small, so that a slow member takes a few records at a time and its lag moves in small steps. */
const slowFetchBytes = 4_096

export type Hurry = keyof typeof leaveWithinMs

export interface MemberOptions {
  /** Its own, so that the group shows it by its name. */
  readonly client: KafkaClient
  readonly groupId: string
  readonly topics: readonly string[]
  readonly assignor: AssignorName
  readonly perSecond: () => number
  readonly failed: (error: unknown) => void
}

/** One consumer of the shop: a real member of its group, that joins, reads at its pace, commits and leaves. */
export interface ShopMember {
  status(): ConsumerStatus
  /** Commits and leaves; as a process that dies where the cluster does not answer in time. */
  leave(hurry: Hurry): Promise<void>
}

export function joinShopGroup(options: MemberOptions): ShopMember {
  const { client, failed } = options
  const pace = newPace(options.perSecond)
  let timer: NodeJS.Timeout | undefined
  let isLeaving = false
  let consumer = join()

  function join(): GroupConsumer {
    const { groupId, topics, assignor } = options
    const made = consumeAsGroup(
      client,
      {
        ...{ groupId, topics, assignors: [assignor] },
        ...(options.perSecond === unlimited ? {} : { fetchBytesMax: slowFetchBytes }),
        offsetReset: 'earliest',
        isolation: 'read_committed',
        autoCommitIntervalMs: 1_000,
        sessionTimeoutMs,
      },
      {
        receive: ({ batches, fromOffset }) => pace.take(Math.max(0, (batches.at(-1)?.lastOffset ?? -1) + 1 - fromOffset)),
        trouble: failed,
      },
    )
    // Ended by what waiting does not mend, such as its topic being deleted: it comes back when that is over.
    made.stopped.catch((error: unknown) => {
      if (isLeaving) return
      failed(error)
      timer = setTimeout(() => {
        consumer = join()
      }, joinAgainAfterMs)
    })
    return made
  }

  return {
    status: () => consumer.status(),
    async leave(hurry) {
      isLeaving = true
      clearTimeout(timer)
      pace.end()
      const left = consumer.leave().catch(() => undefined)
      await Promise.race([left, new Promise(resolve => setTimeout(resolve, leaveWithinMs[hurry]).unref())])
      consumer.crash()
      await closeQuietly(client)
    },
  }
}
