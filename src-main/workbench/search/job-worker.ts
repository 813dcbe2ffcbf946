import { setMaxListeners } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { createClient } from '../../../broker-core/client/connect-cluster.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { nodeEnv } from '../../../broker-core/env/node/node-env.ts'
import { directoryNetwork } from '../../log-directory/directory-network.ts'
import { closeQuietly } from '../close-quietly.ts'
import { newDecoding } from '../decoders/decoding.ts'
import type { SchemaSources } from '../decoders/decoding.ts'
import { readSchemaFolder } from '../decoders/schema-folder.ts'
import { registrySchemas } from '../decoders/registry.ts'
import { badInput, toFailure } from '../failures.ts'
import { readOneRecord } from '../messages/one-record.ts'
import { exportRecords } from '../transfer/export.ts'
import { importRecords } from '../transfer/import.ts'
import type { FromJob, Job, JobData, ToJob } from './job-messages.ts'
import { recordFilter } from './record-filter.ts'
import { scan } from './scan-loop.ts'

/** Entry of a job's thread: one scan, export, import or try of a filter after the other. Whoever started it may end it at any time. */
const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread of Brokerbench')
const say = (message: FromJob) => port.postMessage(message)
port.on('message', (message: ToJob) => {
  if (message.kind === 'ping') say({ kind: 'pong' })
  else void work(message.data)
})
// Loaded: from now on silence means that a filter does not come to an end.
say({ kind: 'pong' })

async function work(data: JobData): Promise<void> {
  try {
    const client = clientOf(data)
    try {
      await run(data.job, client, await schemasOf(data), item => say({ kind: 'item', item }))
    } finally {
      // Nobody waits for that.
      void closeQuietly(client)
    }
    say({ kind: 'end' })
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    say({ kind: 'fail', failure: toFailure(error), detail })
  }
}

function clientOf({ bootstrap, security, directory }: JobData): KafkaClient {
  const env = nodeEnv()
  const network = directory === null ? env.network : directoryNetwork(directory, env)
  return createClient({ bootstrap, clientId: 'brokerbench-scan', ...security }, { ...env, network })
}

const schemasOf = async ({ registry, schemaFolder }: JobData): Promise<SchemaSources> => ({
  schemas: registry === null ? undefined : registrySchemas(registry),
  local: schemaFolder === null ? undefined : await readSchemaFolder(schemaFolder),
})

async function run(task: Job, client: KafkaClient, schemas: SchemaSources, emit: (item: unknown) => void): Promise<void> {
  // Cancelling ends the thread: nothing in it needs to hear of it.
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  switch (task.kind) {
    case 'scan':
      return await scan({ client, order: task.order, decoding: decodingOf(task.order, schemas), signal, emit })
    case 'test-filter': {
      const decoding = decodingOf(task.order, schemas)
      const filter = recordFilter(task.order.filter, decoding)
      const { record } = await readOneRecord(client, task.order, signal)
      await decoding.prepare([record.key, record.value].filter(bytes => bytes !== null))
      return emit(tried(() => filter.matches(task.order.partition, record)))
    }
    case 'export':
      return await exportRecords({
        client,
        order: task.order,
        path: task.path,
        decoding: decodingOf(task.order, schemas),
        signal,
        emit,
      })
    case 'import':
      return await importRecords({ client, order: task.order, path: task.path, signal, emit })
  }
}

/** What the person's own expression throws, or a decoder on this record, is an answer to show. */
function tried(matches: () => boolean): boolean {
  try {
    return matches()
  } catch (error) {
    // Errors of the expression's own context are of another realm: only their text is used.
    throw badInput(`the filter fails on this record: ${String((error as { message?: unknown } | null)?.message ?? error)}`)
  }
}

type Decoded = Parameters<typeof newDecoding>[0]

function decodingOf(
  { topic, keyDecoder, valueDecoder }: { topic: string; keyDecoder: Decoded['key']; valueDecoder: Decoded['value'] },
  schemas: SchemaSources,
) {
  return newDecoding({ topic, key: keyDecoder, value: valueDecoder, ...schemas })
}
