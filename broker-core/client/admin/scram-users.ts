import type { HashName } from '../../env/digest.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { describeUserScramCredentials } from '../../protocol/messages/50-describe-user-scram-credentials.ts'
import { alterUserScramCredentials } from '../../protocol/messages/51-alter-user-scram-credentials.ts'
import { type Outcome, outcomeOf, throwOnError } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'
import { controllerCall, signalOf } from './controller-call.ts'

const mechanismCodes = { 'SCRAM-SHA-256': 1, 'SCRAM-SHA-512': 2 } as const
const hashes: Readonly<Record<ScramMechanism, HashName>> = { 'SCRAM-SHA-256': 'sha-256', 'SCRAM-SHA-512': 'sha-512' }

export type ScramMechanism = keyof typeof mechanismCodes

export interface ScramUser {
  readonly user: string
  readonly credentials: readonly { readonly mechanism: ScramMechanism | 'unknown'; readonly iterations: number }[]
}

/** Users with SCRAM credentials (KIP-554); passwords cannot be read. */
export async function describeScramUsers(client: KafkaClient, options: RetryOptions = {}): Promise<readonly ScramUser[]> {
  return client.retry(async () => {
    const reply = await client.send(describeUserScramCredentials, { users: null }, { to: 'any' }, signalOf(options))
    throwOnError(reply.errorCode, { api: describeUserScramCredentials.name }, reply.errorMessage)
    return reply.results.map(({ user, credentialInfos }) => ({
      user,
      credentials: credentialInfos.map(({ mechanism, iterations }) => ({ mechanism: mechanismOf(mechanism), iterations })),
    }))
  }, options)
}

function mechanismOf(code: number): ScramMechanism | 'unknown' {
  const names = Object.keys(mechanismCodes) as ScramMechanism[]
  return names.find(name => mechanismCodes[name] === code) ?? 'unknown'
}

const iterationsDefault = 8192
const saltBytes = 24

/** Sets a password; it leaves this process only salted and hashed. */
export async function setScramPassword(
  client: KafkaClient,
  credential: {
    readonly user: string
    readonly password: string
    readonly mechanism: ScramMechanism
    readonly iterations?: number
  },
  options: RetryOptions = {},
): Promise<Outcome> {
  const { user, password, mechanism, iterations = iterationsDefault } = credential
  const { digest, random } = client.env
  const salt = random.bytes(saltBytes)
  const saltedPassword = digest.derive(hashes[mechanism], new TextEncoder().encode(password), salt, iterations)
  const upsertion = { name: user, mechanism: mechanismCodes[mechanism], iterations, salt, saltedPassword }
  return alter(client, { deletions: [], upsertions: [upsertion] }, options)
}

export function removeScramPassword(
  client: KafkaClient,
  { user, mechanism }: { readonly user: string; readonly mechanism: ScramMechanism },
  options: RetryOptions = {},
): Promise<Outcome> {
  return alter(client, { deletions: [{ name: user, mechanism: mechanismCodes[mechanism] }], upsertions: [] }, options)
}

async function alter(
  client: KafkaClient,
  body: RequestOf<typeof alterUserScramCredentials>,
  options: RetryOptions,
): Promise<Outcome> {
  const reply = await controllerCall(client, alterUserScramCredentials, body, it => it.results.map(one => one.errorCode), options)
  const result = reply.results[0]
  return outcomeOf(result?.errorCode ?? -1, result?.errorMessage)
}
