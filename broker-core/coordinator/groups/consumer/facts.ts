export type ConsumerFact = never
