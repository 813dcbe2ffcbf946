import { create } from 'zustand'
import { useEffect } from 'react'
import { useConnections } from '../places/connections.ts'
import { useTabs } from '../places/tabs.ts'

const useLast = create<{ readonly id: string | null }>(() => ({ id: null }))

/** The connection of the active tab; in a tab without one (settings), that of the tab before; at first the first of all. */
export function useCurrentConnection(): string | null {
  const place = useTabs(state => state.tabs.find(tab => tab.id === state.activeId)?.place)
  const connections = useConnections(state => state.connections)
  const own = place !== undefined && 'connection' in place ? place.connection : null
  const last = useLast(state => state.id)
  useEffect(() => {
    if (own !== null) useLast.setState({ id: own })
  }, [own])
  const wanted = own ?? last
  return connections.some(connection => connection.id === wanted) ? wanted : (connections[0]?.id ?? null)
}
