import type { Compression } from '../../../broker-core/env/codec.ts'
import type { Decoding } from '../decoders/decoding.ts'
import { walkBatches } from '../messages/batch-records.ts'
import type { FetchedChunk } from './range-reader.ts'

/** Loads the schemas that the records of a chunk are framed with; at once done where no registry is known. */
export async function prepareChunk(decoding: Decoding, chunk: FetchedChunk, compression: Compression): Promise<void> {
  if (!decoding.needsSchemas) return
  const parts: Uint8Array[] = []
  for (const walked of walkBatches(chunk.records, { ...chunk, compression })) {
    if (walked.isControl) continue
    for (const { key, value } of walked.open()) {
      if (key !== null) parts.push(key)
      if (value !== null) parts.push(value)
    }
  }
  await decoding.prepare(parts)
}
