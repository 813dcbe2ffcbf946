export interface BrokerNode {
  readonly id: number
  start(): Promise<void>
  end(signal: string): Promise<void>
  signal(name: string): void
}
export interface BrokerProcesses {
  readonly bootstrap: string
  readonly nodes: readonly BrokerNode[]
  processIds(): number[]
  stop(): Promise<void>
}
export function startBrokerProcesses(options?: {
  readonly count?: number
  readonly properties?: Readonly<Record<string, string | number>>
}): Promise<BrokerProcesses>
