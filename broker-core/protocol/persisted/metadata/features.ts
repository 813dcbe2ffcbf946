import { message } from '../../message.ts'
import { int16, int8, string } from '../../schema/primitives.ts'
import { struct } from '../../schema/struct.ts'

/** A feature was finalized at a level; 0 removes it (KIP-584). */
export const featureLevelRecord = message({
  name: 'FeatureLevelRecord',
  key: 12,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    name: string,
    featureLevel: int16,
  }),
})

/** How far the migration from ZooKeeper is. Only of old logs. */
export const zkMigrationStateRecord = message({
  name: 'ZkMigrationStateRecord',
  key: 21,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    zkMigrationState: int8,
  }),
})
