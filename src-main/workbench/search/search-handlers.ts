import { isAbsolute, join, normalize } from 'node:path'
import type { ScanItem, ScanProgress } from '../../contract/views/search.ts'
import type { TransferProgress } from '../../contract/views/transfer.ts'
import type { ClientSecurity, Clusters } from '../clusters.ts'
import type { Connections } from '../connections.ts'
import type { RegistryAddress } from '../decoders/registry.ts'
import type { SchemaSources } from '../decoders/decoding.ts'
import { badInput } from '../failures.ts'
import type { Handlers } from '../handlers.ts'
import { histogram } from './histogram.ts'
import { checkExpression } from './javascript-filter.ts'
import type { Job, JobData } from './job-messages.ts'
import { JobStuck, jobItems } from './job-thread.ts'
import type { ThreadStore } from './thread-store.ts'
import { withUnfinishedFile } from '../transfer/unfinished-file.ts'
import { tail } from './tail.ts'

export type SearchHandlers = Pick<
  Handlers,
  'records.scan' | 'records.testFilter' | 'records.tail' | 'records.histogram' | 'transfer.export' | 'transfer.import'
>

export interface SearchSources {
  readonly clusters: Clusters
  readonly connections: Connections
  readonly securityOf: (connection: string) => ClientSecurity
  /** Path of a connection that is a log directory. */
  readonly directoryOf: (connection: string) => string | null
  readonly registryOf: (connection: string) => RegistryAddress | null
  readonly schemasOf: (connection: string) => SchemaSources
  readonly schemaFolder: () => string | null
  readonly threads: ThreadStore
  /** Where files with a bare name go. */
  readonly exportsFolder: string
}

const stuckMessage = 'the filter did not come to an end within 3 s on one record'

/** What reads much: in threads of its own, except the tail, which is as slow as the topic. */
export function searchHandlers(sources: SearchSources): SearchHandlers {
  const { clusters, connections } = sources
  const dataFor = (connection: string, job: Job): JobData => ({
    bootstrap: connections.get(connection).bootstrap.join(','),
    security: sources.securityOf(connection),
    directory: sources.directoryOf(connection),
    registry: sources.registryOf(connection),
    schemaFolder: sources.schemaFolder(),
    job,
  })
  const pathFor = (path: string) => filePath(path, sources.exportsFolder)
  return {
    async *'records.scan'(order, { signal }) {
      if (order.filter.kind === 'javascript') checkExpression(order.filter.expression)
      let last: ScanProgress | undefined
      try {
        for await (const item of jobItems<ScanItem>(
          sources.threads,
          dataFor(order.connection, { kind: 'scan', order }),
          signal,
          newestProgress,
        )) {
          if (item.kind === 'progress') last = item
          yield item
        }
      } catch (error) {
        if (!(error instanceof JobStuck)) throw error
        yield { ...(last ?? noProgress), kind: 'done', reason: 'filter-failed', message: stuckMessage }
      }
    },
    async 'records.testFilter'(order, { signal }) {
      if (order.filter.kind === 'javascript') checkExpression(order.filter.expression)
      try {
        let isMatch = false
        const data = dataFor(order.connection, { kind: 'test-filter', order })
        // Until it ends by itself: its thread can do the next one then.
        for await (const item of jobItems<boolean>(sources.threads, data, signal)) isMatch = item
        return isMatch
      } catch (error) {
        throw error instanceof JobStuck ? badInput(`filter: ${stuckMessage}`) : error
      }
    },
    'records.tail': (order, { signal }) =>
      tail({ client: clusters.client(order.connection), order, signal, schemas: sources.schemasOf(order.connection) }),
    async 'records.histogram'(order, { signal }) {
      const answer = await histogram(clusters.client(order.connection), order, signal)
      // Whoever looks at a topic may scan it next.
      sources.threads.prepare()
      return answer
    },
    async *'transfer.export'(order, { signal }) {
      if (order.filter?.kind === 'javascript') checkExpression(order.filter.expression)
      const job: Job = { kind: 'export', order, path: pathFor(order.path) }
      try {
        const data = dataFor(order.connection, job)
        yield* withUnfinishedFile(job.path, () =>
          jobItems<TransferProgress>(sources.threads, data, signal, (_before, next) => next),
        )
      } catch (error) {
        throw error instanceof JobStuck ? badInput(`filter: ${stuckMessage}`) : error
      }
    },
    async *'transfer.import'(order, { signal }) {
      const both = AbortSignal.any([signal, connections.whileWritable(order.connection)])
      const job: Job = { kind: 'import', order, path: pathFor(order.path) }
      yield* jobItems<TransferProgress>(sources.threads, dataFor(order.connection, job), both, (_before, next) => next)
    },
  }
}

const noProgress: Omit<ScanProgress, 'kind'> = {
  partitions: [],
  remaining: [],
  offsetsTotal: 0,
  offsetsDone: 0,
  scanned: 0,
  matched: 0,
  undecodable: 0,
  firstProblem: null,
  bytes: 0,
  tookMs: 0,
}

/** Of two tellings of progress the later is enough; hits are never left out. */
function newestProgress(before: ScanItem, next: ScanItem): ScanItem | undefined {
  return before.kind === 'progress' && next.kind !== 'hits' ? next : undefined
}

export function filePath(path: string, folder: string): string {
  if (path.includes('\0')) throw badInput('path: holds a character that no file name has')
  if (isAbsolute(path)) return normalize(path)
  if (/[\\/]/.test(path) || path === '.' || path === '..') throw badInput('path: give a whole path, or a name without folders')
  return join(folder, path)
}
