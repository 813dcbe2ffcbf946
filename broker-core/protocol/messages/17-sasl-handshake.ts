import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

/**
 * Chooses a SASL mechanism.
 * - v1: same layout
 */
export const saslHandshake = api({
  key: 17,
  name: 'SaslHandshake',
  versions: [0, 1],
  flexibleSince: Number.POSITIVE_INFINITY,
  listeners: ['broker', 'controller'],
  request: struct({
    mechanism: string,
  }),
  response: struct({
    errorCode: int16,
    mechanisms: array(string),
  }),
})
