import { describe, expect, it } from 'vitest'
import { brokerConfig, ConfigError } from '../../../broker-core/cluster/broker-config.ts'
import { coordinatorSettings } from '../../../broker-core/cluster/coordinator-settings.ts'
import { defaultCoordinatorSettings } from '../../../broker-core/coordinator/coordinators.ts'

const settingsOf = (properties: Readonly<Record<string, string>>) => {
  const base = {
    ...{ 'node.id': '1', listeners: 'PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0', 'log.dirs': 'data' },
    ...{ 'controller.quorum.voters': '1@127.0.0.1:9093' },
  }
  return coordinatorSettings(brokerConfig(new Map(Object.entries({ ...base, ...properties })), () => undefined))
}

describe('settings of the coordinators', () => {
  it("are Kafka's where nothing is said", () => {
    expect(settingsOf({})).toEqual(defaultCoordinatorSettings)
  })

  it('follow server.properties', () => {
    const { groups, transactions } = settingsOf({
      'offsets.retention.minutes': '2',
      'group.consumer.assignors': 'org.apache.kafka.coordinator.group.assignor.RangeAssignor, uniform',
      'group.consumer.migration.policy': 'UPGRADE',
      'transaction.abort.timed.out.transaction.cleanup.interval.ms': '50',
    })
    expect(groups).toMatchObject({
      ...{ offsetsRetentionMs: 120_000, consumerAssignors: ['range', 'uniform'], consumerMigrationPolicy: 'upgrade' },
    })
    expect(transactions.timeoutCheckIntervalMs).toBe(50)
  })

  it.each([
    ['group.consumer.assignors', 'fair'],
    ['group.consumer.migration.policy', 'sideways'],
  ])('refuse %s=%s', (name, value) => {
    expect(() => settingsOf({ [name]: value })).toThrow(ConfigError)
  })
})
