import { create } from 'zustand'
import type { ScanFilter } from './filter-draft.ts'

export interface ScanRequest {
  readonly connection: string
  readonly topic: string
  readonly filter: ScanFilter
}

/** A scan that another part of the screen wishes for, such as `find same key` of a row; the scan bar of that topic takes it. */
export const useScanRequest = create<{ readonly request: ScanRequest | null }>(() => ({ request: null }))

export const requestScan = (connection: string, topic: string, filter: ScanFilter): void =>
  useScanRequest.setState({ request: { connection, topic, filter } })
