import { describe, expect, it } from 'vitest'
import {
  emptyForm,
  errorsFromFailure,
  formErrors,
  hasErrors,
  mergedErrors,
  orderOf,
} from '../../../../src-renderer/features/topics/create-form.ts'

const definitions = [
  {
    name: 'retention.ms',
    type: 'long',
    defaultValue: '1',
    documentation: '',
    choices: null,
    minimum: -1,
    maximum: null,
  } as const,
]
const form = { name: 'orders', partitions: '6', replicationFactor: '', configs: { 'retention.ms': '5' } }

describe('the form of a new topic', () => {
  it('becomes an order with the changed configs alone', () => {
    expect(hasErrors(formErrors(form, [], definitions))).toBe(false)
    expect(orderOf(form)).toEqual({ partitions: 6, replicationFactor: null, configs: { 'retention.ms': '5' } })
    expect(orderOf({ ...emptyForm, replicationFactor: ' 3 ' })).toEqual({ partitions: 3, replicationFactor: 3, configs: {} })
  })

  it('names every field that is wrong', () => {
    const wrong = {
      name: 'a b',
      partitions: '0',
      replicationFactor: 'x',
      configs: { 'retention.ms': '-2', 'other.thing': 'kept' },
    }
    expect(Object.keys(formErrors(wrong, [], definitions))).toEqual(['name', 'partitions', 'replicationFactor', 'configs'])
    expect(formErrors(wrong, [], definitions).configs).toEqual({ 'retention.ms': 'At least -1.' })
    expect(formErrors({ ...form, partitions: '10001' }, [], definitions).partitions).toBe('At most 10,000.')
  })

  it('puts refusals beside their fields', () => {
    const refused = (kafkaError: string, message = 'no') => errorsFromFailure({ code: 'BROKER', message, kafkaError }, form)
    expect(refused('TOPIC_ALREADY_EXISTS')).toEqual({ name: 'no', configs: {} })
    expect(refused('INVALID_REPLICATION_FACTOR')).toEqual({ replicationFactor: 'no', configs: {} })
    expect(refused('INVALID_PARTITIONS')).toEqual({ partitions: 'no', configs: {} })
    expect(refused('INVALID_CONFIG', 'bad retention.ms')).toEqual({ configs: { 'retention.ms': 'bad retention.ms' } })
    expect(refused('POLICY_VIOLATION')).toEqual({ other: 'no', configs: {} })
    expect(mergedErrors({ name: 'typed', configs: {} }, refused('TOPIC_ALREADY_EXISTS')).name).toBe('typed')
  })
})
