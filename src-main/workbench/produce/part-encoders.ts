import type { LocalSchemas } from '../decoders/local-schemas.ts'
import { latestSchema } from '../decoders/registry.ts'
import type { RegistryAddress } from '../decoders/registry.ts'
import { framedEncoder } from '../decoders/schemas.ts'
import { badInput } from '../failures.ts'
import type { Typed } from '../typed-bytes.ts'

/** Makes bytes of JSON; what does not fit is an error that names the field. */
export type Encode = (text: string) => Uint8Array

/** What schemas make of typed JSON. */
export interface PartEncoders {
  /** Of the schema folder. */
  encoder(name: string): Encode | undefined
  /** Of the registry, by subject: those that were loaded. */
  registered(subject: string): Encode | undefined
}

export interface EncoderSources {
  readonly local: LocalSchemas | undefined
  /** Null: the connection names no registry. */
  readonly registry: RegistryAddress | null
}

/** Loads the newest schema of each subject that the parts name. Throws BAD_INPUT where that cannot be had. */
export async function partEncoders(parts: readonly (Typed | null)[], { local, registry }: EncoderSources): Promise<PartEncoders> {
  const subjects = new Set(parts.flatMap(part => (part?.encoding === 'registry' ? [part.subject ?? ''] : [])))
  const loaded = new Map<string, Encode>()
  for (const subject of subjects) {
    if (registry === null) throw badInput('the connection has no schema registry', 'Name one in its settings.')
    loaded.set(subject, await subjectEncoder(registry, subject))
  }
  return { encoder: name => local?.encoder(name), registered: subject => loaded.get(subject) }
}

async function subjectEncoder(registry: RegistryAddress, subject: string): Promise<Encode> {
  try {
    const { id, ...schema } = await latestSchema(registry, subject)
    return framedEncoder(id, schema)
  } catch (error) {
    throw badInput(`the schema of subject ${JSON.stringify(subject)} cannot be had: ${(error as Error).message}`)
  }
}
