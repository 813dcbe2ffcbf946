import { z } from 'zod'
import { brokerId, connection, throttle } from './common.ts'

export const preferencesPatch = z.object({
  theme: z.enum(['system', 'light', 'dark']).optional(),
  density: z.enum(['compact', 'comfortable']).optional(),
  timeZone: z.string().min(1).max(64).optional(),
  /** Merged by key; null removes one. */
  window: z.record(z.string().min(1).max(200), z.string().max(65_536).nullable()).optional(),
  /** Whole path of a folder with .avsc, .proto and .json files, watched from then on; null: none. */
  schemaFolder: z.string().min(1).max(4_096).nullable().optional(),
})

const hostAndPort = z
  .string()
  .max(300)
  .regex(/^(\[[0-9A-Fa-f:.]+\]|[^\s:,/]+):\d{1,5}$/, 'must look like host:port')

const pem = z
  .string()
  .max(262_144)
  .regex(/-----BEGIN [A-Z0-9 ]+-----/, 'must be PEM text')

/** How brokers are talked to. What is secret in it stands in `secrets`. */
export const security = z.object({
  protocol: z.enum(['plaintext', 'tls', 'sasl-plaintext', 'sasl-tls']),
  mechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']).nullable().default(null),
  username: z.string().min(1).max(1_000).nullable().default(null),
  /** Certificate authorities to trust in place of the system's. */
  caPem: pem.nullable().default(null),
  certificatePem: pem.nullable().default(null),
  /** Name that the certificate must have, where it differs from the host. */
  serverName: z.string().min(1).max(253).nullable().default(null),
  /** False takes any certificate: for trying out only, and said so on the screen. */
  verify: z.boolean().default(true),
})

/** Sealed by the system's keychain; where there is none, kept in memory until the app ends. Never read back by the window. */
export const secrets = z.object({
  password: z.string().max(10_000).nullable().optional(),
  keyPem: pem.nullable().optional(),
  registryPassword: z.string().max(10_000).nullable().optional(),
})

/** A schema registry with Confluent's interface. */
export const registry = z.object({
  url: z
    .string()
    .max(2_000)
    .regex(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/, 'must look like http://host:port, without user or query'),
  username: z.string().min(1).max(1_000).nullable().default(null),
})

export const addConnection = z.object({
  name: z.string().min(1).max(100),
  bootstrap: z.array(hostAndPort).min(1).max(100),
  readOnly: z.boolean().default(true),
  colour: z.string().max(32).nullable().default(null),
  security: security.nullable().default(null),
  secrets: secrets.nullable().default(null),
  registry: registry.nullable().default(null),
})

export const updateConnection = z.object({
  connection,
  name: z.string().min(1).max(100).optional(),
  readOnly: z.boolean().optional(),
  colour: z.string().max(32).nullable().optional(),
  bootstrap: z.array(hostAndPort).min(1).max(100).optional(),
  security: security.nullable().optional(),
  /** What is named replaces what is kept; null forgets it. */
  secrets: secrets.nullable().optional(),
  registry: registry.nullable().optional(),
})

export const testConnection = z.object({
  bootstrap: z.array(hostAndPort).min(1).max(100),
  security: security.nullable().default(null),
  secrets: secrets.nullable().default(null),
  /** Secrets that are not given are those of this connection. */
  connection: connection.nullable().default(null),
})

export const audit = z.object({
  /** Null: of all foreign clusters. */
  connection: connection.nullable().default(null),
})

export const onBroker = z.object({ brokerId })

export const addBroker = z.object({
  /** Null: the smallest id that is free. */
  brokerId: brokerId.min(1).nullable().default(null),
})

const propertyName = z.string().min(1).max(200)
export const setLocalProperties = z.object({
  set: z.record(propertyName, z.string().max(10_000)).default({}),
  /** Back to what holds without the settings. */
  reset: z.array(propertyName).max(500).default([]),
})

/** `confirm`: the path of the data directory, as the window shows it. */
export const resetLocal = z.object({ confirm: z.string().max(4_096) })

export const retireBroker = z.object({
  brokerId,
  /** Bytes per second that the copying may take on each broker; null: unlimited. */
  throttleBytesPerSecond: throttle.nullable().default(null),
})

export const shopRate = z.object({ ordersPerSecond: z.number().min(0.1).max(5_000) })
