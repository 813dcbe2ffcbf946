import { describe, expect, it } from 'vitest'
import { decideBrokerHeartbeat } from '../../../broker-core/controller/decisions/heartbeat.ts'
import { decideUpdateFeatures } from '../../../broker-core/controller/decisions/features.ts'
import { newClusterLevels } from '../../../broker-core/controller/feature-levels.ts'
import { encodeMetadataRecords } from '../../../broker-core/controller/metadata-record-codec.ts'
import { metadataVersionNamed, metadataVersions, recordVersion } from '../../../broker-core/controller/metadata-version.ts'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import {
  type MetadataRecordType,
  metadataRecordSchemas,
} from '../../../broker-core/protocol/persisted/metadata/metadata-record.ts'
import { ControllerWorld, type WorldOptions } from './controller-world.ts'

const told = (result: { errorCode: number; errorMessage: string | null } | undefined): string =>
  `${errorName(result?.errorCode ?? -1)}${result?.errorMessage ? `: ${result.errorMessage}` : ''}`
const world = (options: WorldOptions = {}) => new ControllerWorld(options).join(1, 2)

describe('META-11: UpdateFeatures', () => {
  const update = (it: ControllerWorld, updates: readonly (readonly [feature: string, level: number, upgradeType: number])[]) => {
    const featureUpdates = updates.map(([feature, maxVersionLevel, upgradeType]) => ({
      feature,
      maxVersionLevel,
      upgradeType,
      allowDowngrade: false,
    }))
    return told(it.perform(decideUpdateFeatures, { timeoutMs: 0, featureUpdates, validateOnly: false })).split('.')[0]
  }

  it("says what it refuses in the words that Kafka's tool prints", () => {
    const refusalOf = (feature: string, maxVersionLevel: number) => {
      const featureUpdates = [{ feature, maxVersionLevel, upgradeType: 1, allowDowngrade: false }]
      return told(world().perform(decideUpdateFeatures, { timeoutMs: 0, featureUpdates, validateOnly: false }))
    }
    const start = 'The update failed for all features since the following feature had an error: Invalid update version'
    expect(refusalOf('share.version', 9)).toContain(
      `${start} 9 for feature share.version. Local controller 1 only supports versions 0-1`,
    )
    expect(refusalOf('nonsense', 1)).toContain(
      `${start} 1 for feature nonsense. Local controller 1 does not support this feature.`,
    )
  })

  it('downgrades only when asked, refuses what is unknown or not supported, all or nothing', () => {
    const it = world()
    expect(update(it, [['share.version', 0, 1]])).toContain('INVALID_UPDATE_VERSION')
    expect(update(it, [['nonsense', 1, 1]])).toContain('INVALID_UPDATE_VERSION')
    expect(update(it, [['share.version', 9, 1]])).toContain('INVALID_UPDATE_VERSION')
    expect(
      update(it, [
        ['share.version', 0, 2],
        ['group.version', 9, 1],
      ]),
    ).toContain('INVALID_UPDATE_VERSION')
    expect(it.image.features.get('share.version')).toBe(1)
    expect(update(it, [['share.version', 0, 2]])).toBe('NONE')
    expect(it.image.features.has('share.version')).toBe(false)
    expect(update(it, [['share.version', 1, 1]])).toBe('NONE')
    expect(it.image.features.get('share.version')).toBe(1)
  })
})

const [upgrade, safeDowngrade, unsafeDowngrade] = [1, 2, 3]
const metadata = 'metadata.version'
const elr = 'eligible.leader.replicas.version'

/** What Apache Kafka 4.3.1 answered to each, formatted with the release that is named first; every row goes on from where the one above ended. */
const answersOfKafka: readonly (readonly [feature: string, level: number, upgradeType: number, answer: string])[] = [
  [
    elr,
    1,
    upgrade,
    `Invalid update version 1 for feature ${elr}. ${elr} could not be set to 1 because it depends on metadata.version level 23`,
  ],
  [metadata, 22, upgrade, ''],
  [metadata, 21, safeDowngrade, ''],
  [metadata, 18, safeDowngrade, ''],
  [metadata, 25, upgrade, ''],
  [
    metadata,
    22,
    unsafeDowngrade,
    'Unsupported metadata.version downgrade from 25 to 22. Unsafe metadata downgrade is not supported in this version.',
  ],
  [
    metadata,
    22,
    safeDowngrade,
    'Unsupported metadata.version downgrade from 25 to 22. Refusing to perform the requested downgrade because it might delete metadata information.',
  ],
  [metadata, 23, safeDowngrade, ''],
  [
    metadata,
    22,
    upgrade,
    "Invalid update version 22 for feature metadata.version. Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.",
  ],
  [elr, 1, upgrade, ''],
  [metadata, 29, upgrade, ''],
  [metadata, 25, unsafeDowngrade, ''],
  [metadata, 30, upgrade, ''],
  [
    metadata,
    29,
    safeDowngrade,
    'Unsupported metadata.version downgrade from 30 to 29. Refusing to perform the requested downgrade because it might delete metadata information.',
  ],
]

describe('META-11: metadata.version', () => {
  const ask = (it: ControllerWorld, feature: string, maxVersionLevel: number, upgradeType: number) => {
    const featureUpdates = [{ feature, maxVersionLevel, upgradeType, allowDowngrade: false }]
    const { errorMessage } = it.perform(decideUpdateFeatures, { timeoutMs: 0, featureUpdates, validateOnly: false })
    return errorMessage?.replace('The update failed for all features since the following feature had an error: ', '') ?? ''
  }

  it('goes up and down as in Kafka', () => {
    const it = world({ release: '3.9' })
    for (const [feature, level, upgradeType, answer] of answersOfKafka) {
      expect(`${feature} ${level}: ${ask(it, feature, level, upgradeType)}`).toBe(`${feature} ${level}: ${answer}`)
      if (answer === '') expect(it.image.features.get(feature)).toBe(level)
    }
  })

  it('is no higher than what every broker and every other controller understands', () => {
    const range = (maxSupportedVersion: number) => [{ name: metadata, minSupportedVersion: 17, maxSupportedVersion }]
    const it = world({ release: '3.9' })
    it.register(3, { features: range(25) })
    expect(ask(it, metadata, 26, upgrade)).toContain('Broker 3 only supports versions 17-25')
    expect(ask(it, metadata, 25, upgrade)).toBe('')
    it.apply([
      {
        ...{ type: 'RegisterControllerRecord', controllerId: 9, incarnationId: `${'c'.repeat(20)}AA` },
        ...{ zkMigrationReady: false, endPoints: [], features: range(24) },
      },
    ])
    expect(ask(it, metadata, 25, upgrade)).toContain('Controller 9 only supports versions 17-24')
  })

  it('is known by the names of releases, each with the levels that Kafka formats it with', () => {
    const levels = (release: string) => Object.fromEntries(newClusterLevels({ release }))
    const since4 = { 'group.version': 1, 'transaction.version': 2 }
    expect(levels('3.8')).toEqual({ [metadata]: 20 })
    expect(levels('4.0')).toEqual({ [metadata]: 25, ...since4 })
    expect(levels('4.1')).toEqual({ [metadata]: 27, [elr]: 1, ...since4 })
    expect(levels('4.2-IV0')).toEqual({ [metadata]: 28, [elr]: 1, 'share.version': 1, ...since4 })
    const newest = { [metadata]: 30, [elr]: 1, 'share.version': 1, 'streams.version': 1, ...since4 }
    expect(levels('4.3')).toEqual(newest)
    expect(Object.fromEntries(newClusterLevels())).toEqual(newest)
    expect(metadataVersionNamed('4')).toBeUndefined()
  })

  it.each([
    [{ release: '3.2' }, 'unknown release version 3.2: there are 3.7-IV2, '],
    [{ levels: new Map([['nonsense', 1]]) }, 'unknown feature nonsense: there are metadata.version, '],
    [{ levels: new Map([['group.version', 2]]) }, 'group.version has levels from 0 to 1, not 2'],
    [{ levels: new Map([['kraft.version', 1]]) }, 'kraft.version follows from whether the voters are given'],
    [
      { release: '3.9', levels: new Map([[elr, 1]]) },
      `${elr} could not be set to 1 because it depends on metadata.version level 23`,
    ],
  ])('a wish for %o is refused', (wish, problem) => {
    expect(() => newClusterLevels(wish)).toThrow(problem)
  })

  it('says in which versions records are written, up to the newest of each', () => {
    const types = Object.keys(metadataRecordSchemas) as MetadataRecordType[]
    const versionsAt = (level: number) => types.map(type => [type, recordVersion(type, level)])
    expect(versionsAt(30)).toEqual(types.map(type => [type, metadataRecordSchemas[type].versions[1]]))
    // The second byte is the type, the third the version (Kafka's frames of records).
    const written = (release: string) => {
      const it = world({ release }).topic('t', [[1, 2]])
      return new Set(encodeMetadataRecords(it.records, 30).map(value => `${value[1]}:${value[2]}`))
    }
    const [registration, change, partition] = [0, 17, 3]
    expect(written('3.9')).toEqual(new Set(['12:0', `${registration}:3`, `${change}:2`, '2:0', `${partition}:1`]))
    expect([...written('4.2')]).toEqual(expect.arrayContaining([`${registration}:3`, `${partition}:2`]))
    expect([...written('4.3')]).toEqual(expect.arrayContaining([`${registration}:4`, `${change}:3`, `${partition}:2`]))
  })

  it('has no place for cordoned directories before 4.3: what a broker says of them is not written, and not asked for again', () => {
    const cordon = (it: ControllerWorld) => {
      const broker = it.image.brokers.get(1)
      const cordonedLogDirs = broker?.logDirectoryIds ?? []
      const of = { brokerId: 1, brokerEpoch: broker?.brokerEpoch ?? -1, currentMetadataOffset: it.image.offset - 1 }
      const before = it.records.length
      it.perform(decideBrokerHeartbeat, { ...of, wantFence: false, wantShutDown: false, offlineLogDirs: [], cordonedLogDirs })
      return [it.records.length - before, it.image.brokers.get(1)?.cordonedLogDirectoryIds.length]
    }
    expect(cordon(world({ release: '4.2' }))).toEqual([0, 0])
    expect(cordon(world({ release: '4.3' }))).toEqual([1, 1])
  })

  it('changes records only where it says so', () => {
    for (const [at, version] of metadataVersions.entries()) {
      const below = metadataVersions[at - 1]
      if (below === undefined) continue
      const types = Object.keys(metadataRecordSchemas) as MetadataRecordType[]
      const differs = types.some(type => recordVersion(type, version.level) !== recordVersion(type, below.level))
      expect([version.name, version.changesRecords]).toEqual([version.name, differs])
    }
  })
})

describe('LEAD-08: eligible leader replicas switched on later', () => {
  it('writes the one minimum of in-sync replicas that holds from now on, and ends those of single brokers', () => {
    const it = world({ release: '4.0', defaults: { staticConfigs: { 'min.insync.replicas': '2' } } })
    const config = (resourceName: string, value: string) => ({
      ...{ type: 'ConfigRecord' as const, resourceType: 4, resourceName },
      ...{ name: 'min.insync.replicas', value },
    })
    it.apply([config('1', '3')])
    const featureUpdates = [{ feature: elr, maxVersionLevel: 1, upgradeType: upgrade, allowDowngrade: false }]
    it.perform(decideUpdateFeatures, { timeoutMs: 0, featureUpdates, validateOnly: true })
    expect(it.image.configs.get('4:')).toBeUndefined()
    it.perform(decideUpdateFeatures, { timeoutMs: 0, featureUpdates, validateOnly: false })
    expect(it.image.configs.get('4:')?.get('min.insync.replicas')).toBe('2')
    expect(it.image.configs.get('4:1')?.get('min.insync.replicas')).toBeUndefined()
  })
})
