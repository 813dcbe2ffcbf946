import { z } from 'zod'
import { brokerId, connection } from './common.ts'

export const preferencesPatch = z.object({
  theme: z.enum(['system', 'light', 'dark']).optional(),
  density: z.enum(['compact', 'comfortable']).optional(),
  timeZone: z.string().min(1).max(64).optional(),
  /** Merged by key; null removes one. */
  window: z.record(z.string().min(1).max(200), z.string().max(65_536).nullable()).optional(),
})

const hostAndPort = z
  .string()
  .max(300)
  .regex(/^(\[[0-9A-Fa-f:.]+\]|[^\s:,/]+):\d{1,5}$/, 'must look like host:port')

export const addConnection = z.object({
  name: z.string().min(1).max(100),
  bootstrap: z.array(hostAndPort).min(1).max(100),
  readOnly: z.boolean().default(true),
  colour: z.string().max(32).nullable().default(null),
})

export const updateConnection = z.object({
  connection,
  name: z.string().min(1).max(100).optional(),
  readOnly: z.boolean().optional(),
  colour: z.string().max(32).nullable().optional(),
})

export const testConnection = z.object({ bootstrap: z.array(hostAndPort).min(1).max(100) })

export const onBroker = z.object({ brokerId })

export const shopRate = z.object({ ordersPerSecond: z.number().min(0.1).max(5_000) })
