import type { CoordinatorMetadata } from '../../ports.ts'
import type { GroupSettings } from '../settings.ts'

/** What decisions on consumer groups look at besides the group: settings and the newest metadata. */
export interface ConsumerContext {
  readonly settings: GroupSettings
  readonly metadata: Pick<CoordinatorMetadata, 'topic' | 'topicById' | 'topicNames' | 'partitionRacks' | 'groupConfig'>
  /** Rises with every change of the topics. */
  metadataVersion(): number
}

/** CG-13: what the group is configured with, within the broker's bounds. */
export function sessionTimeoutMs({ metadata, settings }: ConsumerContext, groupId: string): number {
  const configured = numberOf(metadata.groupConfig(groupId).get('consumer.session.timeout.ms'))
  if (configured === undefined) return settings.consumerSessionTimeoutMs
  return Math.min(Math.max(configured, settings.consumerSessionTimeoutMsMin), settings.consumerSessionTimeoutMsMax)
}

export function heartbeatIntervalMs({ metadata, settings }: ConsumerContext, groupId: string): number {
  const configured = numberOf(metadata.groupConfig(groupId).get('consumer.heartbeat.interval.ms'))
  if (configured === undefined) return settings.consumerHeartbeatIntervalMs
  return Math.min(Math.max(configured, settings.consumerHeartbeatIntervalMsMin), settings.consumerHeartbeatIntervalMsMax)
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined || !/^\d+$/.test(text) ? undefined : Number(text)
