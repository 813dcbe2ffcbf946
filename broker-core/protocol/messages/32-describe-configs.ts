import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int8, nullable, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const describeConfigsResource = struct({
  resourceType: int8,
  resourceName: string,
  configurationKeys: nullable(array(string)),
})

const describeConfigsSynonym = struct({
  name: string,
  value: nullableString,
  source: int8,
})

const describeConfigsResourceResult = struct({
  name: string,
  value: nullableString,
  readOnly: bool,
  configSource: field(int8, { default: -1 }),
  isSensitive: bool,
  synonyms: array(describeConfigsSynonym),
  configType: field(int8, { since: 3, ignorable: true }),
  documentation: field(nullableString, { since: 3, ignorable: true }),
})

const describeConfigsResult = struct({
  errorCode: int16,
  errorMessage: nullableString,
  resourceType: int8,
  resourceName: string,
  configs: array(describeConfigsResourceResult),
})

/**
 * Configuration of topics, brokers, groups and clients.
 * - v2: same layout
 * - v3: request includeDocumentation; response configType, documentation
 * - v4: compact lengths and tagged fields
 */
export const describeConfigs = api({
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexibleSince: 4,
  listeners: ['broker', 'controller'],
  request: struct({
    resources: array(describeConfigsResource),
    includeSynonyms: bool,
    includeDocumentation: field(bool, { since: 3 }),
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(describeConfigsResult),
  }),
})
