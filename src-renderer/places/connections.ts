import { create } from 'zustand'
import type { ConnectionView } from '../../src-main/contract/views/app.ts'

/** All connections, as main last told them: the shell keeps this up to date. */
export const useConnections = create<{ readonly connections: readonly ConnectionView[] }>(() => ({ connections: [] }))

export const useConnection = (id: string): ConnectionView | undefined =>
  useConnections(state => state.connections.find(connection => connection.id === id))

/** Why nothing may be written to it, as a sentence for a tooltip; undefined when writing is allowed. */
export function useReadOnlyReason(id: string): string | undefined {
  const connection = useConnection(id)
  if (connection?.readOnly !== true) return undefined
  return connection.kind === 'directory'
    ? 'A directory is read only: no broker runs on it.'
    : `“${connection.name}” is read-only: switch that off in the coloured band first.`
}
