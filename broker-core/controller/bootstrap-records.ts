import type { ControllerDefaults } from './controller.ts'
import { hasElrFeature } from './decisions/decision.ts'
import { elrConfigRecords } from './decisions/elr-configs.ts'
import { featureRecords, newClusterLevels } from './feature-levels.ts'
import { emptyImage, evolveImage } from './image-draft.ts'
import type { MetadataRecord } from './metadata-records.ts'

/**
 * What the first active controller of a new cluster writes: what its directory was `formatted` with, else every feature as a new cluster of the
 * newest release has it; and what LEAD-08 asks for where eligible leader replicas are among them.
 */
export function bootstrapRecords(
  formatted: readonly MetadataRecord[] | undefined,
  defaults: ControllerDefaults,
): MetadataRecord[] {
  const records = formatted ?? featureRecords(newClusterLevels())
  const image = evolveImage(emptyImage(''), records, { offset: 0, epoch: 0 })
  return [...records, ...(hasElrFeature(image) ? elrConfigRecords({ image, defaults }) : [])]
}
