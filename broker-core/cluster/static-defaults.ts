import type { ControllerDefaults } from '../controller/controller.ts'
import { configBoolean, configNumber, type BrokerConfig } from './broker-config.ts'

/** What the controller takes from `server.properties`: what requests leave open, and the lowest layer of topic configurations. */
export function controllerDefaults(config: BrokerConfig): ControllerDefaults {
  return {
    numPartitions: configNumber(config, 'num.partitions'),
    defaultReplicationFactor: configNumber(config, 'default.replication.factor'),
    staticConfigs: inFinestUnits(config.given),
    sessionTimeoutMs: configNumber(config, 'broker.session.timeout.ms'),
    leaderBalanceIntervalMs: configBoolean(config, 'auto.leader.rebalance.enable')
      ? configNumber(config, 'leader.imbalance.check.interval.seconds') * 1000
      : undefined,
  }
}

/** Times that Kafka also takes in hours or minutes, as the property in milliseconds that wins over them. */
export function inFinestUnits(given: ReadonlyMap<string, string>): Record<string, string> {
  const values = Object.fromEntries(given)
  const coarser: readonly (readonly [fine: string, coarse: string, unitMs: number])[] = [
    ['log.retention.ms', 'log.retention.minutes', 60_000],
    ['log.retention.ms', 'log.retention.hours', 3_600_000],
    ['log.roll.ms', 'log.roll.hours', 3_600_000],
  ]
  for (const [fine, coarse, unitMs] of coarser) {
    const value = values[coarse]
    if (values[fine] !== undefined || value === undefined) continue
    values[fine] = Number(value) < 0 ? '-1' : String(Number(value) * unitMs)
  }
  return values
}
