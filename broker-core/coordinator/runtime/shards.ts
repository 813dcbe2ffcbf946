import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import type { FactLog, PartitionLeadership } from '../ports.ts'
import type { Machine, Refusal, Ticket } from './machine.ts'
import { Shard, type ShardLimits, type ShardPorts } from './shard.ts'

export interface ShardsOptions<State, Command, Fact, Effect> {
  /** Makes the machine of one partition. */
  readonly machine: (partition: number, leaderEpoch: number) => Machine<State, Command, Fact, Effect>
  readonly ports: ShardPorts
  /** INT-02; undefined while the internal topic does not exist. */
  readonly partitionOf: (key: string) => number | undefined
  readonly perform: (effect: Effect, shard: Shard<State, Command, Fact, Effect>) => void
  readonly limits?: ShardLimits
}

/** The shards of the partitions that this broker leads. */
export class Shards<State, Command, Fact, Effect> implements PartitionLeadership {
  readonly #options: ShardsOptions<State, Command, Fact, Effect>
  readonly #shards = new Map<number, Shard<State, Command, Fact, Effect>>()

  constructor(options: ShardsOptions<State, Command, Fact, Effect>) {
    this.#options = options
  }

  elected(log: FactLog): void {
    const present = this.#shards.get(log.partition)
    if (present !== undefined && present.leaderEpoch >= log.leaderEpoch) return
    present?.close('NOT_COORDINATOR')
    const { machine, ports, perform, limits } = this.#options
    const shard: Shard<State, Command, Fact, Effect> = new Shard(machine(log.partition, log.leaderEpoch), log, ports, {
      perform: effect => perform(effect, shard),
      ...(limits === undefined ? {} : { limits }),
    })
    this.#shards.set(log.partition, shard)
    shard.load()
  }

  resigned(partition: number, leaderEpoch: number): void {
    const shard = this.#shards.get(partition)
    if (shard === undefined || shard.leaderEpoch > leaderEpoch) return
    this.#shards.delete(partition)
    shard.close('NOT_COORDINATOR')
  }

  /** Asks the shard that owns `key`; NOT_COORDINATOR when it is not here, COORDINATOR_NOT_AVAILABLE without the topic. */
  ask<Value>(key: string, command: (ticket: Ticket<Value>) => Command, refuse: Refusal<Value>): Promise<Value> {
    const shard = this.#owner(key)
    return typeof shard === 'string' ? Promise.resolve(refuse(shard)) : shard.ask(command, refuse)
  }

  query<Value>(key: string, ask: (state: State, nowMs: number) => Value, refuse: Refusal<Value>): Promise<Value> {
    const shard = this.#owner(key)
    return typeof shard === 'string' ? Promise.resolve(refuse(shard)) : shard.query(ask, refuse)
  }

  shard(partition: number): Shard<State, Command, Fact, Effect> | undefined {
    return this.#shards.get(partition)
  }

  all(): readonly Shard<State, Command, Fact, Effect>[] {
    return [...this.#shards.values()]
  }

  close(): void {
    for (const shard of this.#shards.values()) shard.close('NOT_COORDINATOR')
    this.#shards.clear()
  }

  #owner(key: string): Shard<State, Command, Fact, Effect> | KafkaErrorName {
    const partition = this.#options.partitionOf(key)
    if (partition === undefined) return 'COORDINATOR_NOT_AVAILABLE'
    return this.#shards.get(partition) ?? 'NOT_COORDINATOR'
  }
}
