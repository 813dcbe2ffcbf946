import { z } from 'zod'
import { resolveReferences } from './schema-references.ts'
import type { AnsweredSchema } from './schema-references.ts'
import type { RegisteredSchema, Schemas } from './schemas.ts'

export interface RegistryAddress {
  readonly url: string
  readonly username: string | null
  readonly password: string | null
}

const timeoutMs = 5_000
const schemasMax = 2_000
const schemaBytesMax = 4_194_304
/** A schema that could not be had is asked for again after this. */
const retryAfterMs = 30_000
/** For a schema with all that it is built on. */
const referencesTimeoutMs = 20_000
const referencesAtOnceMax = 1_000

const answer = z.object({
  schema: z.string(),
  schemaType: z.enum(['AVRO', 'PROTOBUF', 'JSON']).default('AVRO'),
  references: z
    .array(z.object({ name: z.string().max(10_000), subject: z.string().max(10_000), version: z.number().int() }))
    .max(referencesAtOnceMax)
    .nullish()
    .transform(references => references ?? []),
})

/**
 * Schemas of a registry with Confluent's interface: `GET /schemas/ids/ID`, and `GET /subjects/NAME/versions/N` for what one is built on.
 * Each is asked for once and kept.
 */
export function registrySchemas(address: RegistryAddress): Schemas {
  const known = new Map<number, RegisteredSchema | Error>()
  const failedAtMs = new Map<number, number>()
  const underWay = new Map<number, Promise<void>>()
  const readVersion = versionReader(address)
  const loadOne = async (id: number): Promise<void> => {
    try {
      known.set(id, await fetchSchema(address, id, readVersion))
    } catch (error) {
      known.set(id, error as Error)
      failedAtMs.set(id, performance.now())
    }
    for (const oldest of known.keys()) {
      if (known.size <= schemasMax) break
      known.delete(oldest)
    }
  }
  const isNeeded = (id: number): boolean => {
    const found = known.get(id)
    return found === undefined || (found instanceof Error && performance.now() - (failedAtMs.get(id) ?? 0) > retryAfterMs)
  }
  return {
    get: id => known.get(id),
    async load(ids) {
      const needed = [...new Set(ids)].filter(isNeeded).slice(0, 50)
      await Promise.all(
        needed.map(id => {
          const loading = underWay.get(id) ?? loadOne(id).finally(() => underWay.delete(id))
          underWay.set(id, loading)
          return loading
        }),
      )
    },
  }
}

/** The newest version of a subject, which is what a producer writes with. */
export async function latestSchema(
  address: RegistryAddress,
  subject: string,
): Promise<RegisteredSchema & { readonly id: number }> {
  const text = await fetchText(address, `/subjects/${encodeURIComponent(subject)}/versions/latest`)
  const parsed = answer.extend({ id: z.number().int().min(0).max(2_147_483_647) }).safeParse(JSON.parse(text))
  if (!parsed.success) throw new Error('the registry answers something else than a schema')
  return { id: parsed.data.id, ...(await whole(parsed.data, versionReader(address))) }
}

const subjectsMax = 10_000

/** Names of all subjects, in order; at most `subjectsMax`. */
export async function registrySubjects(address: RegistryAddress): Promise<readonly string[]> {
  const parsed = z.array(z.string()).safeParse(JSON.parse(await fetchText(address, '/subjects')))
  if (!parsed.success) throw new Error('the registry answers something else than subjects')
  return parsed.data.slice(0, subjectsMax).sort()
}

async function fetchSchema(address: RegistryAddress, id: number, readVersion: ReadVersion): Promise<RegisteredSchema> {
  const parsed = answer.safeParse(JSON.parse(await fetchText(address, `/schemas/ids/${id}`)))
  if (!parsed.success) throw new Error('the registry answers something else than a schema')
  return await whole(parsed.data, readVersion)
}

type ReadVersion = (subject: string, version: number, signal: AbortSignal) => Promise<AnsweredSchema>

/** With all that it is built on. Values of JSON are shown as they are: what their schema refers to is not asked for. */
async function whole(found: z.output<typeof answer>, readVersion: ReadVersion): Promise<RegisteredSchema> {
  const { schemaType: type, schema, references } = found
  if (type === 'JSON' || references.length === 0) return { type, schema, references: [] }
  const signal = AbortSignal.timeout(referencesTimeoutMs)
  const read = (subject: string, version: number) => readVersion(subject, version, signal)
  return { type, schema, references: await resolveReferences(references, read) }
}

/** A version of a subject never changes: each is asked for once and kept, the last `schemasMax` of them. */
function versionReader(address: RegistryAddress): ReadVersion {
  const known = new Map<string, Promise<AnsweredSchema>>()
  return (subject, version, signal) => {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`
    const found = known.get(path) ?? fetchVersion(address, path, signal)
    known.set(path, found)
    found.catch(() => known.delete(path))
    for (const oldest of known.keys()) {
      if (known.size <= schemasMax) break
      known.delete(oldest)
    }
    return found
  }
}

async function fetchVersion(address: RegistryAddress, path: string, signal: AbortSignal): Promise<AnsweredSchema> {
  const parsed = answer.safeParse(JSON.parse(await fetchText(address, path, signal)))
  if (!parsed.success) throw new Error('the registry answers something else than a schema')
  return parsed.data
}

async function fetchText({ url, username, password }: RegistryAddress, path: string, signal?: AbortSignal): Promise<string> {
  const credentials = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')
  const response = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
    headers: {
      Accept: 'application/vnd.schemaregistry.v1+json, application/json',
      ...(username === null ? {} : { Authorization: `Basic ${credentials}` }),
    },
    redirect: 'error',
    signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]),
  })
  if (!response.ok) throw new Error(`the registry answers ${response.status}`)
  return await boundedText(response)
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length
    if (size > schemaBytesMax) throw new Error('the answer is larger than 4 MiB')
    chunks.push(chunk as Uint8Array)
  }
  return Buffer.concat(chunks).toString('utf8')
}
