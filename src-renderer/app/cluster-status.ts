import { create } from 'zustand'
import { useEffect } from 'react'
import type { ClusterStatus } from '../../src-main/contract/views/cluster.ts'
import { useStream } from '../bridge/use-stream.ts'

const useKept = create<{ readonly byConnection: Readonly<Record<string, ClusterStatus>> }>(() => ({ byConnection: {} }))

/** One stream for the whole shell: mounted once, read anywhere with `useClusterStatus`. */
export function useFollowedStatus(connection: string | null): void {
  useStream('cluster.status', connection === null ? null : { connection }, status =>
    useKept.setState(({ byConnection }) => ({ byConnection: { ...byConnection, [status.connection]: status } })),
  )
  useEffect(() => () => useKept.setState({ byConnection: {} }), [connection])
}

export const useClusterStatus = (connection: string | null): { readonly data: ClusterStatus | undefined } => ({
  data: useKept(state => (connection === null ? undefined : state.byConnection[connection])),
})
