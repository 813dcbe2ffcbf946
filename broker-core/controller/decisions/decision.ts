import { errorCode, errorMessage, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { ChangeContext, Election } from '../partition-change.ts'
import { hasDirectory } from '../broker-directories.ts'
import type { ControllerState, Decision } from '../controller.ts'
import { elrFeature } from '../feature-levels.ts'
import type { BrokerRegistration, MetadataImage, PartitionImage, TopicImage } from '../image.ts'
import { allowsUncleanElection, minInsyncReplicasOf } from '../topic-settings.ts'

/** A refusal on its way to the wire. */
export interface Refusal {
  readonly error: KafkaErrorName
  readonly message: string
}

export const refusal = (error: KafkaErrorName, message: string = errorMessage(error)): Refusal => ({ error, message })

export const isRefusal = (value: unknown): value is Refusal => typeof value === 'object' && value !== null && 'error' in value

/** The two fields in which a refusal travels. */
export const refusalFields = (of: Refusal): { errorCode: number; errorMessage: string | null } => ({
  errorCode: errorCode(of.error),
  errorMessage: of.message,
})

/** A reply that needs nothing written. */
export const answer = <Reply>(reply: Reply): Decision<Reply> => ({ records: [], reply })

/** Alive in the eyes of elections: registered, not fenced, not about to stop. */
export const isActiveBroker = (broker: BrokerRegistration | undefined): boolean =>
  broker !== undefined && !broker.fenced && !broker.inControlledShutdown

export const hasElrFeature = (image: MetadataImage): boolean => (image.features.get(elrFeature) ?? 0) >= 1

/** Context of a change to one topic's partitions. `overrides`: brokers whose liveness this very decision changes. */
export function changeContext(
  state: Pick<ControllerState, 'image' | 'defaults'>,
  topic: TopicImage,
  options: { readonly election?: Election; readonly alive?: number; readonly gone?: number } = {},
): ChangeContext {
  const { image, defaults } = state
  const unclean = allowsUncleanElection(image, defaults, topic.name)
  return {
    topicId: topic.topicId,
    minInsyncReplicas: minInsyncReplicasOf(image, defaults, topic.name),
    hasElr: hasElrFeature(image),
    election: options.election ?? (unclean ? 'unclean' : 'online'),
    isAcceptableLeader(brokerId, directoryId) {
      const broker = image.brokers.get(brokerId)
      if (brokerId === options.gone || broker === undefined || !hasDirectory(broker, directoryId)) return false
      return brokerId === options.alive || isActiveBroker(broker)
    },
  }
}

/** Every partition that fits, topic by topic. */
export function* partitionsWhere(
  image: MetadataImage,
  fits: (partition: PartitionImage) => boolean,
): Generator<{ topic: TopicImage; partition: PartitionImage }> {
  for (const topic of image.topicsById.values()) {
    for (const partition of topic.partitions) if (fits(partition)) yield { topic, partition }
  }
}

/** A broker request must name the epoch under which it is registered. */
export function brokerEpochProblem(image: MetadataImage, brokerId: number, brokerEpoch: number): KafkaErrorName | undefined {
  const broker = image.brokers.get(brokerId)
  if (broker === undefined) return 'BROKER_ID_NOT_REGISTERED'
  return broker.brokerEpoch === brokerEpoch ? undefined : 'STALE_BROKER_EPOCH'
}
