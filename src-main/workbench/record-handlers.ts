import type { ParsedOf } from '../contract/contract.ts'
import type { Clusters } from './clusters.ts'
import { newDecoding } from './decoders/decoding.ts'
import type { SchemaSources } from './decoders/decoding.ts'
import type { Handlers } from './handlers.ts'
import { recordDetails } from './messages/record-detail.ts'
import { recordLocation } from './messages/record-location.ts'
import type { ReplicaFiles } from './messages/record-location.ts'
import type { RecordSessions } from './messages/record-sessions.ts'
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
>

export interface RecordSources {
  readonly clusters: Clusters
  readonly sessions: RecordSessions
  readonly nowMs: () => number
  /** Of connections whose files lie on this machine. */
  readonly filesOf: (connection: string) => ReplicaFiles | undefined
  readonly schemasOf: (connection: string) => SchemaSources
  /** Of a file that a person named. Throws BAD_INPUT. */
  readonly pathOf: (path: string) => string
}

/** Records: pages of them, one of them, and new ones. */
export function recordHandlers({ clusters, sessions, nowMs, filesOf, schemasOf, pathOf }: RecordSources): RecordHandlers {
  const details = recordDetails()
  const runs = produceRuns({ nowMs, pathOf })
  const decodingOf = (order: Pick<ParsedOf<'records.detail'>, 'connection' | 'topic' | 'keyDecoder' | 'valueDecoder'>) =>
    newDecoding({ topic: order.topic, key: order.keyDecoder, value: order.valueDecoder, ...schemasOf(order.connection) })
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
    'records.produce': (order, { signal }) =>
      produceOne(clusters.writableClient(order.connection), order, { nowMs, signal, local: schemasOf(order.connection).local }),
    async *'records.produceMany'(order, { signal }) {
      yield* runs.start(clusters.writableClient(order.connection), order, signal, schemasOf(order.connection).local)
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
