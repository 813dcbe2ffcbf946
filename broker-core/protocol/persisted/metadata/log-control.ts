import { message } from '../../message.ts'
import { nullableString } from '../../schema/primitives.ts'
import { field, struct } from '../../schema/struct.ts'

/** Lets the log advance in an idle cluster (KIP-835). */
export const noOpRecord = message({
  name: 'NoOpRecord',
  key: 20,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({}),
})

/** Begins a set of records that count only together (KIP-868). */
export const beginTransactionRecord = message({
  name: 'BeginTransactionRecord',
  key: 23,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    name: field(nullableString, { default: null, tag: 0 }),
  }),
})

/** The records since BeginTransaction count (KIP-868). */
export const endTransactionRecord = message({
  name: 'EndTransactionRecord',
  key: 24,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({}),
})

/** The records since BeginTransaction never happened (KIP-868). */
export const abortTransactionRecord = message({
  name: 'AbortTransactionRecord',
  key: 25,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    reason: field(nullableString, { default: null, tag: 0 }),
  }),
})
