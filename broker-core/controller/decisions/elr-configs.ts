import type { ControllerState } from '../controller.ts'
import { configKey } from '../image-draft.ts'
import { type MetadataRecord, partitionChange } from '../metadata-records.ts'
import { minInsyncReplicasConfig, resourceTypes } from '../topic-settings.ts'
import { partitionsWhere } from './decision.ts'

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

/**
 * The end of eligible leader replicas. What was eligible is forgotten with them, or it would be so again, without what was acknowledged meanwhile,
 * when they come back. Where nobody is in sync those who were eligible are: without them an ISR is never empty.
 */
export function elrEndRecords({ image }: Pick<ControllerState, 'image'>): MetadataRecord[] {
  const touched = partitionsWhere(image, each => each.eligibleLeaderReplicas.length + each.lastKnownElr.length > 0)
  return [...touched].map(({ topic, partition: { partition, isr, eligibleLeaderReplicas } }) => ({
    ...partitionChange(topic.topicId, partition),
    isr: isr.length === 0 && eligibleLeaderReplicas.length > 0 ? eligibleLeaderReplicas : null,
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
  }))
}
