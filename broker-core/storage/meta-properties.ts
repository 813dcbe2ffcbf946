/** `meta.properties` (SEMANTICS 2.9), version 1; version 0 is understood. */
export interface MetaProperties {
  readonly clusterId: string | undefined
  readonly nodeId: number | undefined
  readonly directoryId: string | undefined
}

export function parseMetaProperties(text: string): MetaProperties {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const match = /^\s*([^#!=:\s]+)\s*[=:]\s*(.*?)\s*$/.exec(line)
    if (match !== null) values.set(match[1]!, match[2]!.replace(/\\(.)/g, '$1'))
  }
  const nodeId = values.get('node.id') ?? values.get('broker.id')
  return {
    clusterId: values.get('cluster.id'),
    nodeId: nodeId === undefined || !/^\d+$/.test(nodeId) ? undefined : Number(nodeId),
    directoryId: values.get('directory.id'),
  }
}

export const formatMetaProperties = (of: { clusterId: string; nodeId: number; directoryId: string }): string =>
  ['version=1', `cluster.id=${of.clusterId}`, `node.id=${of.nodeId}`, `directory.id=${of.directoryId}`, ''].join('\n')

export const partitionMetadataName = 'partition.metadata'

/** Two lines, no newline at the end. */
export const formatPartitionMetadata = (topicId: string): string => `version: 0\ntopic_id: ${topicId}`

/** Undefined when the file is torn or of another version. */
export function parsePartitionMetadata(text: string): string | undefined {
  const match = /^version: 0\ntopic_id: ([A-Za-z0-9_-]{22})\s*$/.exec(text)
  return match === null || match[1] === zeroTopicId ? undefined : match[1]
}

const zeroTopicId = 'AAAAAAAAAAAAAAAAAAAAAA'

/** `.kafka_cleanshutdown`: JSON since 3.7, an empty file before (then -1). */
export function parseCleanShutdown(text: string): number {
  try {
    const value: unknown = JSON.parse(text)
    const epoch = typeof value === 'object' && value !== null && 'brokerEpoch' in value ? value.brokerEpoch : undefined
    return typeof epoch === 'number' ? epoch : -1
  } catch {
    // An empty or foreign file still says that the stop was clean.
    return -1
  }
}

export const formatCleanShutdown = (brokerEpoch: number): string => JSON.stringify({ version: 0, brokerEpoch })
