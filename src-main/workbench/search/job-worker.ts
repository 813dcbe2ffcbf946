import { setMaxListeners } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { createClient } from '../../../broker-core/client/connect-cluster.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { nodeEnv } from '../../../broker-core/env/node/node-env.ts'
import { directoryNetwork } from '../../log-directory/directory-network.ts'
import { closeQuietly } from '../close-quietly.ts'
import { newDecoding } from '../decoders/decoding.ts'
import { readSchemaFolder } from '../decoders/schema-folder.ts'
import { registrySchemas } from '../decoders/registry.ts'
import { badInput, toFailure } from '../failures.ts'
import { readOneRecord } from '../messages/one-record.ts'
import { exportRecords } from '../transfer/export.ts'
import { importRecords } from '../transfer/import.ts'
import type { FromJob, Job, JobData } from './job-messages.ts'
import { recordFilter } from './record-filter.ts'
import { scan } from './scan-loop.ts'

/** Entry of a job's thread: one scan, export, import or try of a filter. Whoever started it may end it at any time. */
const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread of Brokerbench')
const say = (message: FromJob) => port.postMessage(message)
port.on('message', () => say({ kind: 'pong' }))
// Loaded: from now on silence means that a filter does not come to an end.
say({ kind: 'pong' })

const { bootstrap, security, directory, registry, schemaFolder, job } = workerData as JobData
const schemas = {
  schemas: registry === null ? undefined : registrySchemas(registry),
  local: schemaFolder === null ? undefined : await readSchemaFolder(schemaFolder),
}
const env = nodeEnv()
const network = directory === null ? env.network : directoryNetwork(directory, env)
const client = createClient({ bootstrap, clientId: 'brokerbench-scan', ...security }, { ...env, network })
try {
  await run(job, client, item => say({ kind: 'item', item }))
  say({ kind: 'end' })
} catch (error) {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  say({ kind: 'fail', failure: toFailure(error), detail })
} finally {
  await closeQuietly(client)
  port.close()
}

async function run(task: Job, client: KafkaClient, emit: (item: unknown) => void): Promise<void> {
  // Cancelling ends the thread: nothing in it needs to hear of it.
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  switch (task.kind) {
    case 'scan':
      return await scan({ client, order: task.order, decoding: decodingOf(task.order), signal, emit })
    case 'test-filter': {
      const decoding = decodingOf(task.order)
      const filter = recordFilter(task.order.filter, decoding)
      const { record } = await readOneRecord(client, task.order, signal)
      await decoding.prepare([record.key, record.value].filter(bytes => bytes !== null))
      return emit(tried(() => filter.matches(task.order.partition, record)))
    }
    case 'export':
      return await exportRecords({ client, order: task.order, path: task.path, decoding: decodingOf(task.order), signal, emit })
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

function decodingOf(order: {
  topic: string
  keyDecoder: Parameters<typeof newDecoding>[0]['key']
  valueDecoder: Parameters<typeof newDecoding>[0]['value']
}) {
  return newDecoding({ topic: order.topic, key: order.keyDecoder, value: order.valueDecoder, ...schemas })
}
