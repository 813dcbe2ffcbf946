/**
 * KIP-430 bit fields: bit n is the operation with ACL code n. Without an authorizer everybody may do everything that the resource
 * knows (SEC-14).
 */
export const operationsNotAsked = -2147483648

const bits = (...operations: readonly number[]) => operations.reduce((field, operation) => field | (1 << operation), 0)

const read = 3
const write = 4
const create = 5
const remove = 6
const alter = 7
const describe = 8
const clusterAction = 9
const describeConfigs = 10
const alterConfigs = 11
const idempotentWrite = 12

export const topicOperations = bits(read, write, create, remove, alter, describe, describeConfigs, alterConfigs)
export const clusterOperations = bits(create, alter, describe, clusterAction, describeConfigs, alterConfigs, idempotentWrite)
export const groupOperations = bits(read, remove, describe, describeConfigs, alterConfigs)
