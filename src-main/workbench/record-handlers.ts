import type { ParsedOf } from '../contract/contract.ts'
import type { Clusters } from './clusters.ts'
import { newDecoding } from './decoders/decoding.ts'
import type { SchemaSources } from './decoders/decoding.ts'
import { registrySubjects } from './decoders/registry.ts'
import type { RegistryAddress } from './decoders/registry.ts'
import { FailureError } from '../contract/failure.ts'
import type { Handlers } from './handlers.ts'
import { recordDetails } from './messages/record-detail.ts'
import { recordLocation } from './messages/record-location.ts'
import type { ReplicaFiles } from './messages/record-location.ts'
import type { RecordSessions } from './messages/record-sessions.ts'
import { partEncoders } from './produce/part-encoders.ts'
import { produceOne } from './produce/produce-one.ts'
import { produceRuns } from './produce/produce-many.ts'

export type RecordHandlers = Pick<
  Handlers,
  | 'records.open'
  | 'records.page'
  | 'records.close'
  | 'records.detail'
  | 'records.bytes'
  | 'records.text'
  | 'records.location'
  | 'records.field'
  | 'records.produce'
  | 'records.produceMany'
  | 'records.endProduce'
  | 'records.previewTemplate'
  | 'registry.subjects'
>

export interface RecordSources {
  readonly clusters: Clusters
  readonly sessions: RecordSessions
  readonly nowMs: () => number
  /** Of connections whose files lie on this machine. */
  readonly filesOf: (connection: string) => ReplicaFiles | undefined
  readonly schemasOf: (connection: string) => SchemaSources
  /** Null: the connection names no registry. Throws NOT_FOUND. */
  readonly registryOf: (connection: string) => RegistryAddress | null
  /** Of a file that a person named. Throws BAD_INPUT. */
  readonly pathOf: (path: string) => string
}

/** Records: pages of them, one of them, and new ones. */
export function recordHandlers({
  clusters,
  sessions,
  nowMs,
  filesOf,
  schemasOf,
  registryOf,
  pathOf,
}: RecordSources): RecordHandlers {
  const details = recordDetails()
  const runs = produceRuns({ nowMs, pathOf })
  const decodingOf = (order: Pick<ParsedOf<'records.detail'>, 'connection' | 'topic' | 'keyDecoder' | 'valueDecoder'>) =>
    newDecoding({ topic: order.topic, key: order.keyDecoder, value: order.valueDecoder, ...schemasOf(order.connection) })
  const encodersOf = ({ connection, key, value, headers }: ParsedOf<'records.produceMany'> | ParsedOf<'records.produce'>) =>
    partEncoders([key, value, ...headers.map(it => it.value)], {
      local: schemasOf(connection).local,
      registry: registryOf(connection),
    })
  const partDecoding = (order: ParsedOf<'records.text' | 'records.field'>) =>
    decodingOf({ ...order, keyDecoder: order.decoder, valueDecoder: order.decoder })
  return {
    'records.open': (order, context) => sessions.open(clusters.client(order.connection), order, decodingOf(order), context),
    'records.page': (order, { signal }) => sessions.page(order, signal),
    'records.close': ({ session }) => {
      sessions.close(session)
      return Promise.resolve(null)
    },
    'records.detail': (order, { signal }) => details.detail(clusters.client(order.connection), order, decodingOf(order), signal),
    'records.location': (order, { signal }) =>
      recordLocation(clusters.client(order.connection), order, { files: filesOf(order.connection), signal }),
    'records.bytes': (order, { signal }) => details.bytes(clusters.client(order.connection), order, signal),
    'records.text': (order, { signal }) => details.text(clusters.client(order.connection), order, partDecoding(order), signal),
    'records.field': (order, { signal }) => details.field(clusters.client(order.connection), order, partDecoding(order), signal),
    async 'records.produce'(order, { signal }) {
      const client = clusters.writableClient(order.connection)
      return await produceOne(client, order, { nowMs, signal, encoders: await encodersOf(order) })
    },
    async *'records.produceMany'(order, { signal }) {
      const client = clusters.writableClient(order.connection)
      const both = AbortSignal.any([signal, clusters.whileWritable(order.connection)])
      yield* runs.start(client, order, both, await encodersOf(order))
    },
    async 'registry.subjects'({ connection }) {
      const registry = registryOf(connection)
      return registry === null ? null : await subjectsOf(registry)
    },
    'records.endProduce'(order) {
      runs.end(order)
      return Promise.resolve(null)
    },
    async 'records.previewTemplate'(order) {
      return await Promise.resolve(runs.preview(order))
    },
  }
}

async function subjectsOf(registry: RegistryAddress): Promise<readonly string[]> {
  try {
    return await registrySubjects(registry)
  } catch (error) {
    const message = `the registry ${registry.url} does not tell its subjects: ${(error as Error).message}`
    throw new FailureError({ code: 'UNREACHABLE', message, retriable: true }, { cause: error })
  }
}
