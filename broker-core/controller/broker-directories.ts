import { zeroUuid } from '../base/bytes/uuid.ts'
import type { BrokerRegistration } from './image.ts'

/**
 * KIP-858: whether the broker has the directory that holds a replica. A broker that names no directories, and a replica whose
 * directory is not told yet, are given the benefit of the doubt.
 */
export const hasDirectory = ({ logDirectoryIds }: BrokerRegistration, directoryId: string = zeroUuid): boolean =>
  directoryId === zeroUuid || logDirectoryIds.length === 0 || logDirectoryIds.includes(directoryId)
