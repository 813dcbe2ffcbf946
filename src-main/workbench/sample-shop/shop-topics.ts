import type { TopicToCreate } from '../../../broker-core/client/admin/topics.ts'

/** What the shop keeps, one topic of each kind. */
export const shopTopics: readonly Omit<TopicToCreate, 'replicationFactor'>[] = [
  { name: 'orders', partitions: 6, configs: { 'retention.ms': '604800000' } },
  { name: 'payments', partitions: 3, configs: { 'min.insync.replicas': '1' } },
  { name: 'shipments', partitions: 3 },
  { name: 'profiles', partitions: 3, configs: { 'cleanup.policy': 'compact' } },
  { name: 'page-views', partitions: 3, configs: { 'retention.ms': '86400000' } },
  { name: 'shop-log', partitions: 1, configs: { 'retention.ms': '86400000' } },
]

export const shopTopicNames: readonly string[] = shopTopics.map(topic => topic.name)

/** `billing` keeps up; `fulfilment` falls behind and catches up again. */
export const shopGroups = ['billing', 'fulfilment'] as const
