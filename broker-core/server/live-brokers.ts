import { hasDirectory } from '../controller/broker-directories.ts'
import type { BrokerRegistration, MetadataImage, PartitionImage } from '../controller/image.ts'

/** REPL-20: registered and not fenced. */
export function isAlive(image: MetadataImage, brokerId: number): boolean {
  return image.brokers.get(brokerId)?.fenced === false
}

export function* liveBrokers(image: MetadataImage): Iterable<BrokerRegistration> {
  for (const broker of image.brokers.values()) if (!broker.fenced) yield broker
}

/** Replicas that nobody can reach at the moment (META-03): their broker is gone, or the directory that holds them (KIP-858). */
export const offlineReplicas = (image: MetadataImage, partition: PartitionImage): number[] =>
  partition.replicas.filter((brokerId, place) => {
    const broker = image.brokers.get(brokerId)
    return broker?.fenced !== false || !hasDirectory(broker, partition.directories[place])
  })

/** META-02: any live broker, for clients that send admin requests to "the controller"; -1 when none is known. */
export function anyLiveBroker(image: MetadataImage, fraction: number): number {
  const ids = [...liveBrokers(image)].map(broker => broker.brokerId)
  return ids[Math.floor(fraction * ids.length)] ?? -1
}
