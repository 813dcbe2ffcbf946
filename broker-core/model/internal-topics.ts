/** INT-01: topics that brokers write and clients may only read (PROD-11). */
export const internalTopics: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state'])

export const isInternalTopic = (topic: string): boolean => internalTopics.has(topic)
