import { z } from 'zod'
import { KafkaClientError } from '../../broker-core/client/client-error.ts'
import type { ConnectionSecurity, ConnectionView } from '../contract/views/app.ts'
import type { SecretStore } from '../settings/secret-store.ts'
import type { ClientSecurity } from './clusters.ts'

/** What is kept of one connection in the secret store, as JSON. */
const kept = z.object({
  password: z.string().nullable().default(null),
  keyPem: z.string().nullable().default(null),
  registryPassword: z.string().nullable().default(null),
})
export type ConnectionSecrets = z.output<typeof kept>
export type SecretsPatch = { readonly [K in keyof ConnectionSecrets]?: string | null | undefined }

export const noSecrets: ConnectionSecrets = { password: null, keyPem: null, registryPassword: null }

export function readSecrets(store: SecretStore, connection: string): ConnectionSecrets {
  const text = store.read(connection)
  if (text === undefined) return noSecrets
  const parsed = kept.safeParse(JSON.parse(text))
  return parsed.success ? parsed.data : noSecrets
}

/** Only what is named changes; null forgets it. */
export function mergeSecrets(before: ConnectionSecrets, patch: SecretsPatch | null | undefined): ConnectionSecrets {
  if (patch === null) return noSecrets
  const named = Object.entries(patch ?? {}).filter(([, value]) => value !== undefined)
  return { ...before, ...(Object.fromEntries(named) as Partial<ConnectionSecrets>) }
}

export function writeSecrets(store: SecretStore, connection: string, secrets: ConnectionSecrets): void {
  const isEmpty = Object.values(secrets).every(value => value === null)
  store.write(connection, isEmpty ? undefined : JSON.stringify(secrets))
}

export const keptView = (store: SecretStore, secrets: ConnectionSecrets): ConnectionView['secretsKept'] => ({
  password: secrets.password !== null,
  key: secrets.keyPem !== null,
  registryPassword: secrets.registryPassword !== null,
  where: store.kind,
})

/** For the Kafka client. Throws SASL_AUTHENTICATION_FAILED when a password is needed and none is kept. */
export function clientSecurity(security: ConnectionSecurity | null, secrets: ConnectionSecrets): ClientSecurity {
  if (security === null || security.protocol === 'plaintext') return {}
  const isTls = security.protocol === 'tls' || security.protocol === 'sasl-tls'
  const isSasl = security.protocol === 'sasl-plaintext' || security.protocol === 'sasl-tls'
  return {
    ...(isTls ? { tls: tlsOptions(security, secrets) } : {}),
    ...(isSasl ? { sasl: credentials(security, secrets) } : {}),
  }
}

function tlsOptions(security: ConnectionSecurity, secrets: ConnectionSecrets): NonNullable<ClientSecurity['tls']> {
  const { caPem, certificatePem, serverName, verify } = security
  return {
    rejectUnauthorized: verify,
    ...(caPem === null ? {} : { caPem }),
    ...(certificatePem === null ? {} : { certificatePem }),
    ...(serverName === null ? {} : { serverName }),
    ...(secrets.keyPem === null ? {} : { keyPem: secrets.keyPem }),
  }
}

function credentials(security: ConnectionSecurity, secrets: ConnectionSecrets): NonNullable<ClientSecurity['sasl']> {
  const { mechanism, username } = security
  if (username === null || secrets.password === null)
    throw new KafkaClientError(
      'SASL_AUTHENTICATION_FAILED',
      {},
      'the connection needs a user and a password, and none is kept here',
    )
  return { mechanism: mechanism ?? 'PLAIN', username, password: secrets.password }
}
