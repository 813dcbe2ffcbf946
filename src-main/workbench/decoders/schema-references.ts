/** What a schema of a registry says it is built on, in Confluent's interface. */
export interface SchemaReference {
  /** As the schema names it: a full name in Avro, a path in Protobuf. */
  readonly name: string
  readonly subject: string
  readonly version: number
}

/** A schema of another subject that one needs. */
export interface ReferencedSchema {
  readonly name: string
  readonly schema: string
}

export interface AnsweredSchema {
  readonly schema: string
  readonly references: readonly SchemaReference[]
}

/** Schemas below one schema, each counted once. */
export const referencesMax = 100
export const referenceDepthMax = 20
/** Of all of them together. */
export const referencedCharsMax = 8_388_608

/**
 * All that a schema is built on, what is needed first in front, each version of a subject once. Rejects for a circle, for too many, and
 * with what `read` says, naming the reference.
 */
export async function resolveReferences(
  references: readonly SchemaReference[],
  read: (subject: string, version: number) => Promise<AnsweredSchema>,
): Promise<readonly ReferencedSchema[]> {
  const resolved = new Map<string, ReferencedSchema>()
  let chars = 0
  const visit = async (reference: SchemaReference, above: readonly string[]): Promise<void> => {
    const place = placeOf(reference)
    if (above.includes(place)) throw new Error(`its references go round in a circle: ${[...above, place].join(' → ')}`)
    if (resolved.has(place)) return
    if (above.length >= referenceDepthMax) throw new Error(`its references are nested deeper than ${referenceDepthMax}`)
    const { schema, references: below } = await read(reference.subject, reference.version).catch(error => {
      throw new Error(`reference "${reference.name}" (${place}) cannot be had: ${(error as Error).message}`)
    })
    for (const next of below) await visit(next, [...above, place])
    chars += schema.length
    resolved.set(place, { name: reference.name, schema })
    if (resolved.size > referencesMax || chars > referencedCharsMax)
      throw new Error(`it refers to more than ${referencesMax} schemas or ${referencedCharsMax / 1_048_576} MiB of them`)
  }
  for (const reference of references) await visit(reference, [])
  return [...resolved.values()]
}

const placeOf = ({ subject, version }: SchemaReference): string => `${subject} version ${version}`
