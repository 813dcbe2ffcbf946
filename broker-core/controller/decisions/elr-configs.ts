import type { ControllerState } from '../controller.ts'
import { configKey } from '../image-draft.ts'
import type { MetadataRecord } from '../metadata-records.ts'
import { minInsyncReplicasConfig, resourceTypes } from '../topic-settings.ts'

const brokers = configKey(resourceTypes.broker, '')

/**
 * LEAD-08: with eligible leader replicas there is one cluster-wide minimum of in-sync replicas. What must be written with the level that
 * brings them: the minimum that held for all, where none was set, and an end to those of single brokers.
 */
export function elrConfigRecords({ image, defaults }: Pick<ControllerState, 'image' | 'defaults'>): MetadataRecord[] {
  const record = (resourceName: string, value: string | null): MetadataRecord => ({
    ...{ type: 'ConfigRecord', resourceType: resourceTypes.broker, resourceName },
    ...{ name: minInsyncReplicasConfig, value },
  })
  const present = [...image.configs].filter(([key, values]) => key.startsWith(brokers) && values.has(minInsyncReplicasConfig))
  const names = present.map(([key]) => key.slice(brokers.length))
  const forAll = names.includes('') ? [] : [record('', defaults.staticConfigs[minInsyncReplicasConfig] ?? '1')]
  return [...forAll, ...names.filter(name => name !== '').map(name => record(name, null))]
}
