import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { alterClientQuotas } from '../../protocol/messages/49-alter-client-quotas.ts'
import type { ControllerState, Decision } from '../controller.ts'
import { quotaEntityKey } from '../image-draft.ts'
import type { ClientQuotaRecord, MetadataRecord } from '../metadata-records.ts'
import { isRefusal, type Refusal, refusal, refusalFields } from './decision.ts'

type Request = RequestOf<typeof alterClientQuotas>
type Response = ResponseOf<typeof alterClientQuotas>
type Entry = Request['entries'][number]

type QuotaType = 'long' | 'double' | 'int'

/** QUO-01: the keys that each kind of entity can have. */
const userKeys: Readonly<Record<string, QuotaType>> = {
  producer_byte_rate: 'long',
  consumer_byte_rate: 'long',
  request_percentage: 'double',
  controller_mutation_rate: 'double',
}
const ipKeys: Readonly<Record<string, QuotaType>> = { connection_creation_rate: 'int' }

/** AlterClientQuotas (49), QUO-07. Each entity succeeds or fails alone. */
export function decideClientQuotas(state: ControllerState, request: Request): Decision<Response> {
  const records: MetadataRecord[] = []
  const seen = new Set<string>()
  const entries = request.entries.map(entry => {
    const key = quotaEntityKey(entry.entity)
    const outcome = seen.has(key) ? refusal('INVALID_REQUEST', 'Duplicate entity in the request.') : alterOne(state, entry, key)
    seen.add(key)
    if (isRefusal(outcome)) return { ...refusalFields(outcome), entity: entry.entity }
    records.push(...outcome)
    return { errorCode: 0, errorMessage: null, entity: entry.entity }
  })
  return { records: request.validateOnly ? [] : records, reply: { throttleTimeMs: 0, entries } }
}

function alterOne(state: ControllerState, entry: Entry, entityKey: string): readonly ClientQuotaRecord[] | Refusal {
  const keys = keysFor(entry)
  if (isRefusal(keys)) return keys
  const repeated = entry.ops.find(({ key }, index) => entry.ops.findIndex(op => op.key === key) !== index)
  if (repeated !== undefined) return refusal('INVALID_REQUEST', `Duplicate quota key ${repeated.key}`)
  const present = state.image.quotas.get(entityKey)?.values
  const records: ClientQuotaRecord[] = []
  for (const { key, value, remove } of entry.ops) {
    const type = keys[key]
    if (type === undefined) return refusal('INVALID_REQUEST', `Invalid configuration key ${key}`)
    const problem = remove ? undefined : valueProblem(key, value, type)
    if (problem !== undefined) return refusal('INVALID_REQUEST', problem)
    const changes = remove ? present?.has(key) === true : present?.get(key) !== value
    if (changes) records.push({ type: 'ClientQuotaRecord', entity: entry.entity, key, value: remove ? 0 : value, remove })
  }
  return records
}

function keysFor(entry: Entry): Readonly<Record<string, QuotaType>> | Refusal {
  const types = entry.entity.map(part => part.entityType)
  if (types.length === 0) return refusal('INVALID_REQUEST', 'Invalid empty client quota entity')
  if (new Set(types).size !== types.length)
    return refusal('INVALID_REQUEST', 'Invalid client quota entity: a type is named twice')
  const unknown = types.find(type => type !== 'user' && type !== 'client-id' && type !== 'ip')
  if (unknown !== undefined) return refusal('INVALID_REQUEST', `Unhandled client quota entity type: ${unknown}`)
  if (entry.entity.some(part => part.entityName === '')) return refusal('INVALID_REQUEST', 'Empty entity name')
  const badAddress = entry.entity.find(part => part.entityType === 'ip' && part.entityName !== null && !isHost(part.entityName))
  if (badAddress !== undefined)
    return refusal('INVALID_REQUEST', `${badAddress.entityName} is not a valid IP or resolvable host.`)
  if (!types.includes('ip')) return userKeys
  return types.length === 1 ? ipKeys : refusal('INVALID_REQUEST', 'Invalid quota entity combination: ip stands alone')
}

/** What can be an address or the name of one; whether it can be resolved is not looked at here. */
const isHost = (name: string): boolean => /^[0-9A-Za-z._:%-]+$/.test(name)

function valueProblem(key: string, value: number, type: QuotaType): string | undefined {
  if (!(value > 0)) return `Quota ${key} must be greater than 0`
  if (type !== 'double' && !Number.isInteger(value)) return `Quota ${key} must be a whole number, but was ${value}`
  if (type === 'int' && value > 2147483647) return `Quota ${key} cannot be bigger than an integer`
  return undefined
}
