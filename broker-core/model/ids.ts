/**
 * Branded numbers and names: a position in a log cannot be passed where an epoch is wanted. Int64 values of the protocol are
 * plain numbers here; the codec refuses what lies beyond 2^53.
 */
declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

export type BrokerId = Brand<number, 'BrokerId'>
export type Offset = Brand<number, 'Offset'>
export type LeaderEpoch = Brand<number, 'LeaderEpoch'>
export type ProducerId = Brand<number, 'ProducerId'>
export type ProducerEpoch = Brand<number, 'ProducerEpoch'>
/** 22 characters of unpadded URL-safe base64. */
export type TopicId = Brand<string, 'TopicId'>
export type DirectoryId = Brand<string, 'DirectoryId'>

export const brokerId = (value: number): BrokerId => value as BrokerId
export const offset = (value: number): Offset => value as Offset
export const leaderEpoch = (value: number): LeaderEpoch => value as LeaderEpoch
export const producerId = (value: number): ProducerId => value as ProducerId
export const producerEpoch = (value: number): ProducerEpoch => value as ProducerEpoch
export const topicId = (value: string): TopicId => value as TopicId

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** The key of a partition in maps, and the name of its directory: `<topic>-<partition>`. */
export const partitionName = (topic: string, partition: number): string => `${topic}-${partition}`
