export type ConsumerCommand = never
