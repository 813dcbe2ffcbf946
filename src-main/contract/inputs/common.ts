import { z } from 'zod'

/** Limits stated once; the window may import them too. */
export const offset = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
export const partition = z.number().int().min(0).max(1_000_000)
/** Milliseconds since 1970; Kafka allows -1 for none, screens do not. */
export const timestampMs = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
export const brokerId = z.number().int().min(0).max(2_147_483_647)
export const connection = z.string().min(1).max(64)
/** Bytes per second for copying replicas; less than a kilobyte would never come to an end. */
export const throttle = z.number().int().min(1_024).max(Number.MAX_SAFE_INTEGER)
/** Length and characters as Kafka's own rule for topic names; `.` and `..` are left to the broker to refuse. */
export const topicName = z
  .string()
  .min(1)
  .max(249)
  .regex(/^[A-Za-z0-9._-]+$/, 'may hold letters, digits, dot, underscore and hyphen only')
export const groupId = z.string().max(10_000)
export const configValues = z.record(z.string().min(1).max(249), z.string().max(65_536))
export const nothing = z.object({}).optional()
export const onConnection = z.object({ connection })
export const onTopic = z.object({ connection, topic: topicName })
export const onGroup = z.object({ connection, group: groupId })
