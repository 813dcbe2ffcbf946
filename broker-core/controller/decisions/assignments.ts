import type { MetadataImage } from '../image.ts'

/** META-05 and LEAD-11: why this list of brokers cannot hold a partition; `factor`: what the partitions before it had. */
export function manualAssignmentProblem(
  image: MetadataImage,
  brokerIds: readonly number[],
  factor: number | undefined,
): string | undefined {
  if (brokerIds.length === 0) return 'The manual partition assignment includes an empty replica list.'
  const unknown = brokerIds.find(brokerId => !image.brokers.has(brokerId))
  if (unknown !== undefined)
    return `The manual partition assignment includes broker ${unknown}, but no such broker is registered.`
  const repeated = brokerIds.find((brokerId, index) => brokerIds.indexOf(brokerId) !== index)
  if (repeated !== undefined) return `The manual partition assignment includes the broker ${repeated} more than once.`
  if (factor !== undefined && brokerIds.length !== factor) {
    return `The manual partition assignment includes a partition with ${brokerIds.length} replica(s), but this is not consistent with previous partitions, which have ${factor} replica(s).`
  }
  return undefined
}
