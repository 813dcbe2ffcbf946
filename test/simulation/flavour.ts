import type { SimNetworkOptions } from './sim-network.ts'
import { seededRandom } from './sim-random.ts'

/** How a seed's world is set up: each brings other rules to work. */
export interface Flavour {
  readonly network: SimNetworkOptions
  readonly properties: Readonly<Record<string, string>>
  readonly producersPerPartition: number
}

/** Kafka's defaults in some worlds, impatient brokers and slow links in others. */
export function flavourOf(seed: number): Flavour {
  const random = seededRandom(seed).fork('flavour')
  const isImpatient = random.chance(0.7)
  return {
    network: { delayMsMin: 0.05, delayMsMax: random.pick([1, 2, 10, 40]) },
    producersPerPartition: 1 + random.integer(3),
    properties: {
      'group.min.session.timeout.ms': '1000',
      'group.consumer.min.session.timeout.ms': '1000',
      'group.consumer.min.heartbeat.interval.ms': '500',
      'group.initial.rebalance.delay.ms': String(random.pick([0, 500])),
      'offsets.topic.num.partitions': '2',
      'transaction.state.log.num.partitions': '2',
      'leader.imbalance.check.interval.seconds': String(random.pick([2, 5, 300])),
      'replica.lag.time.max.ms': isImpatient ? String(random.pick([1_000, 2_000, 5_000])) : '30000',
      'broker.session.timeout.ms': isImpatient ? String(random.pick([1_500, 3_000])) : '9000',
      'broker.heartbeat.interval.ms': isImpatient ? '300' : '2000',
      // A small one makes catching up take many rounds.
      'replica.fetch.max.bytes': random.pick(['1048576', '1048576', '200']),
      'replica.fetch.backoff.ms': isImpatient ? '100' : '1000',
    },
  }
}
