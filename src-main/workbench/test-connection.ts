import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import { KafkaClientError } from '../../broker-core/client/client-error.ts'
import { createClient } from '../../broker-core/client/connect-cluster.ts'
import { describeFeatures } from '../../broker-core/client/admin/cluster.ts'
import { parseBootstrap } from '../../broker-core/client/client-options.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import type { Endpoint } from '../../broker-core/env/network.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import type { ConnectionTestStep } from '../contract/views/app.ts'
import { closeQuietly } from './close-quietly.ts'
import type { ClientSecurity } from './clusters.ts'
import { badInput } from './failures.ts'

const stepTimeoutMs = 5_000

type StepName = ConnectionTestStep['step']

/** Walks DNS → TCP → TLS → SASL → ApiVersions → Metadata → advertised addresses, and stops where it breaks. */
export async function testConnection(
  bootstrap: readonly string[],
  signal: AbortSignal,
  security: ClientSecurity = {},
): Promise<ConnectionTestStep[]> {
  const endpoints = endpointsOf(bootstrap)
  const steps: ConnectionTestStep[] = []
  const client = createClient(
    {
      bootstrap: bootstrap.join(','),
      clientId: 'brokerbench',
      connectTimeoutMs: stepTimeoutMs,
      apiTimeoutMs: stepTimeoutMs,
      ...security,
    },
    nodeEnv(),
  )
  const walk: [StepName, () => Promise<string | undefined>][] = [
    ['dns', () => resolveNames(endpoints)],
    ['tcp', () => someConnects(endpoints)],
    ['tls', () => someShakesHands(endpoints, security.tls)],
    ['sasl', () => Promise.resolve(security.sasl === undefined ? undefined : 'asked for with the next step')],
    ['api-versions', () => askVersions(client, signal)],
    ['metadata', () => askMetadata(client, signal)],
    ['advertised', () => advertisedAnswer(client)],
  ]
  try {
    for (const [step, run] of walk) {
      if (steps.some(it => it.state === 'failed')) steps.push({ step, state: 'skipped', detail: '', durationMs: 0 })
      else steps.push(await taken(step, run))
    }
  } finally {
    await closeQuietly(client)
  }
  return steps
}

async function taken(step: StepName, run: () => Promise<string | undefined>): Promise<ConnectionTestStep> {
  const startMs = performance.now()
  const durationMs = () => Math.round(performance.now() - startMs)
  try {
    const detail = await run()
    return { step, state: detail === undefined ? 'skipped' : 'ok', detail: detail ?? 'not used', durationMs: durationMs() }
  } catch (error) {
    return { step: brokenStep(step, error), state: 'failed', detail: (error as Error).message, durationMs: durationMs() }
  }
}

/** SASL happens inside of connecting, and so does TLS with addresses that are told later: the error says which of them broke. */
function brokenStep(step: StepName, error: unknown): StepName {
  if (!(error instanceof KafkaClientError)) return step
  if (error.code === 'TLS_FAILED') return 'tls'
  return error.code === 'SASL_AUTHENTICATION_FAILED' ? 'sasl' : step
}

function endpointsOf(bootstrap: readonly string[]): readonly Endpoint[] {
  try {
    return parseBootstrap(bootstrap.join(','))
  } catch (error) {
    throw badInput(`bootstrap: ${(error as Error).message}`)
  }
}

async function resolveNames(endpoints: readonly Endpoint[]): Promise<string> {
  const found = await Promise.all(endpoints.map(async ({ host }) => `${host} is ${(await lookup(host)).address}`))
  return [...new Set(found)].join(', ')
}

async function someConnects(endpoints: readonly Endpoint[]): Promise<string> {
  const results = await Promise.allSettled(endpoints.map(connects))
  const good = endpoints.filter((_, index) => results[index]?.status === 'fulfilled')
  const failed = results.find(it => it.status === 'rejected')
  if (good.length === 0) throw failed?.reason ?? new Error('there is no address')
  return `${good.length} of ${endpoints.length} addresses accept connections`
}

function connects({ host, port }: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: stepTimeoutMs })
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('timeout', () => fail(new Error(`${host}:${port} does not answer`)))
    socket.once('error', fail)
  })
}

/** As the client does it. Who answers TLS with something else is no TLS listener, which the client takes for a lost connection. */
async function someShakesHands(endpoints: readonly Endpoint[], options: ClientSecurity['tls']): Promise<string | undefined> {
  if (options === undefined) return undefined
  const { network } = nodeEnv()
  const shake = async (endpoint: Endpoint) =>
    (await network.connect(endpoint, { timeoutMs: stepTimeoutMs, tls: options })).destroy()
  const results = await Promise.allSettled(endpoints.map(shake))
  const good = results.filter(it => it.status === 'fulfilled')
  if (good.length === 0) throw results.find(it => it.status === 'rejected')?.reason ?? new Error('there is no address')
  const trust = options.rejectUnauthorized === false ? 'any certificate is taken' : 'the certificate is trusted'
  return `${good.length} of ${endpoints.length} addresses shake hands; ${trust}`
}

async function askVersions(client: KafkaClient, signal: AbortSignal): Promise<string> {
  const features = await describeFeatures(client, { to: 'any' }, { signal, timeoutMs: stepTimeoutMs })
  return `${features.apis.length} APIs`
}

async function askMetadata(client: KafkaClient, signal: AbortSignal): Promise<string> {
  const { brokers, clusterId } = await client.refresh([], { signal, timeoutMs: stepTimeoutMs })
  return `cluster ${clusterId ?? 'without id'} with ${brokers.size} brokers`
}

/** Clients talk to the addresses that brokers tell of themselves, not to those of the bootstrap. */
async function advertisedAnswer(client: KafkaClient): Promise<string> {
  const brokers = [...client.cluster().brokers.values()]
  const results = await Promise.allSettled(brokers.map(connects))
  const silent = brokers.filter((_, index) => results[index]?.status === 'rejected')
  if (silent.length === 0) return brokers.map(({ host, port }) => `${host}:${port}`).join(', ')
  const names = silent.map(({ nodeId, host, port }) => `broker ${nodeId} at ${host}:${port}`).join(', ')
  throw new Error(`cannot be reached from here: ${names}; its advertised.listeners name an address of another network`)
}
