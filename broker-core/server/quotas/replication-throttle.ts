import { topicConfig } from '../../model/topic-configs.ts'
import type { CatchUpLimit } from '../../replication/ports.ts'
import { brokerValue, dynamicConfigs, resourceType, type BrokerLayers } from '../config-layers.ts'
import { Rate } from './rate.ts'

type Configs = ReturnType<BrokerLayers['image']>['configs']
type Covered = 'all' | ReadonlySet<number>

/** Kafka's default is the greatest long: no limit. */
const unlimitedFrom = Number.MAX_SAFE_INTEGER

/**
 * LEAD-12 (KIP-73) for one side of this broker: `leader` limits what is sent to followers, `follower` what is fetched from leaders.
 * The rate is that of `<side>.replication.throttled.rate`; it covers the partitions that topics list in
 * `<side>.replication.throttled.replicas`, and all traffic of these counts, but only replicas outside of the ISR are held back.
 */
export class ReplicationThrottle implements CatchUpLimit {
  readonly #layers: BrokerLayers
  readonly #nowMs: () => number
  readonly #rateName: string
  readonly #replicasName: string
  readonly #rate = new Rate('since-first')
  /** Of the topics asked about since the configurations changed last. */
  readonly #covered = new Map<string, Covered>()
  #configs: Configs | undefined
  #bytesPerSecond = Number.POSITIVE_INFINITY

  constructor(side: 'leader' | 'follower', layers: BrokerLayers, nowMs: () => number) {
    this.#layers = layers
    this.#nowMs = nowMs
    this.#rateName = `${side}.replication.throttled.rate`
    this.#replicasName = `${side}.replication.throttled.replicas`
  }

  get isOn(): boolean {
    this.#takeConfigs()
    return this.#bytesPerSecond < unlimitedFrom
  }

  covers(topic: string, partition: number): boolean {
    this.#takeConfigs()
    let covered = this.#covered.get(topic)
    if (covered === undefined) {
      const image = this.#layers.image()
      const text = dynamicConfigs(image, resourceType.topic, topic).get(this.#replicasName)
      covered = throttledPartitions(text ?? topicConfig(this.#replicasName)?.defaultValue ?? '', this.#layers.nodeId)
      this.#covered.set(topic, covered)
    }
    return covered === 'all' || covered.has(partition)
  }

  /** At most a second's worth at once: what was saved up in quiet times would be a burst. */
  roomBytes(): number {
    this.#takeConfigs()
    return Math.min(this.#rate.room(this.#bytesPerSecond, this.#nowMs()), this.#bytesPerSecond)
  }

  took(bytes: number): void {
    if (bytes > 0) this.#rate.record(bytes, this.#nowMs())
  }

  #takeConfigs(): void {
    const { configs } = this.#layers.image()
    if (configs === this.#configs) return
    this.#configs = configs
    this.#covered.clear()
    this.#bytesPerSecond = Number(brokerValue(this.#layers, this.#rateName) ?? Number.POSITIVE_INFINITY)
  }
}

/** `partition:broker,…` of which those of this broker count; `*` for all; empty or `none`. */
export function throttledPartitions(text: string, brokerId: number): Covered {
  if (text.trim() === '*') return 'all'
  const partitions = new Set<number>()
  for (const item of text.split(',')) {
    const [partition, broker] = item.trim().split(':')
    if (broker !== undefined && Number(broker) === brokerId) partitions.add(Number(partition))
  }
  return partitions
}
