import type { Failure } from '../../../src-main/contract/failure.ts'
import type { ConfigDefinition } from '../../../src-main/contract/views/topics.ts'
import { configError } from '../../places/config-rules.ts'
import { judgeTopicName } from './topic-name.ts'

/** What is typed, as it is typed. Configs hold only what was changed. */
export interface CreateForm {
  readonly name: string
  readonly partitions: string
  /** Empty: the broker's default. */
  readonly replicationFactor: string
  readonly configs: Readonly<Record<string, string>>
}

export const emptyForm: CreateForm = { name: '', partitions: '3', replicationFactor: '', configs: {} }

export interface FormErrors {
  readonly name?: string
  readonly partitions?: string
  readonly replicationFactor?: string
  readonly configs: Readonly<Record<string, string>>
  /** Belongs to no field. */
  readonly other?: string
}

export const noErrors: FormErrors = { configs: {} }
const partitionsMax = 10_000

/** What can be told without asking the cluster. */
export function formErrors(form: CreateForm, known: readonly string[], definitions: readonly ConfigDefinition[]): FormErrors {
  const name = judgeTopicName(form.name, known).error
  const partitions = countError(form.partitions, partitionsMax)
  const replicationFactor = form.replicationFactor.trim() === '' ? undefined : countError(form.replicationFactor, 32_767)
  const configs: Record<string, string> = {}
  for (const [config, value] of Object.entries(form.configs)) {
    const definition = definitions.find(one => one.name === config)
    const error = definition === undefined ? undefined : configError(definition, value)
    if (error !== undefined) configs[config] = error
  }
  return {
    ...(name === undefined ? {} : { name }),
    ...(partitions === undefined ? {} : { partitions }),
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
    configs,
  }
}

function countError(text: string, most: number): string | undefined {
  const count = wholeNumber(text)
  if (count === undefined) return 'A whole number.'
  if (count < 1) return 'At least 1.'
  return count > most ? `At most ${most.toLocaleString('en-US')}.` : undefined
}

export const wholeNumber = (text: string): number | undefined =>
  /^\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : undefined

export const hasErrors = (errors: FormErrors): boolean =>
  [errors.name, errors.partitions, errors.replicationFactor].some(error => error !== undefined) ||
  Object.keys(errors.configs).length > 0

/** The order for `topics.create`; undefined while a field is wrong. */
export function orderOf(form: CreateForm): {
  partitions: number
  replicationFactor: number | null
  configs: Record<string, string>
} {
  return {
    partitions: wholeNumber(form.partitions) ?? 1,
    replicationFactor: wholeNumber(form.replicationFactor) ?? null,
    configs: { ...form.configs },
  }
}

/** Puts what the cluster refused beside the field that it is about. */
export function errorsFromFailure(failure: Failure, form: CreateForm): FormErrors {
  switch (failure.kafkaError) {
    case 'INVALID_TOPIC_EXCEPTION':
    case 'TOPIC_ALREADY_EXISTS':
      return { ...noErrors, name: failure.message }
    case 'INVALID_PARTITIONS':
      return { ...noErrors, partitions: failure.message }
    case 'INVALID_REPLICATION_FACTOR':
      return { ...noErrors, replicationFactor: failure.message }
    case 'INVALID_CONFIG': {
      const config = Object.keys(form.configs).find(name => failure.message.includes(name))
      return config === undefined ? { ...noErrors, other: failure.message } : { configs: { [config]: failure.message } }
    }
    default:
      return { ...noErrors, other: [failure.message, failure.hint].filter(Boolean).join(' ') }
  }
}

/** What the person sees typed first; what the cluster said only where nothing is wrong already. */
export const mergedErrors = (typed: FormErrors, told: FormErrors): FormErrors => ({
  ...told,
  ...typed,
  configs: { ...told.configs, ...typed.configs },
})
