/** What one local cluster is made of, once everything is decided. Node ids are 1 to `ports.length`. */
export interface ClusterShape {
  readonly clusterId: string
  readonly host: string
  readonly ports: readonly number[]
  readonly controllerPorts: readonly number[]
  readonly dataDirectory: string
  /** Kafka's server properties given by the person; the same for every broker. */
  readonly overrides: Readonly<Record<string, string>>
}

/** Names that the host itself decides per broker. */
export const ownProperties = [
  'node.id',
  'broker.id',
  'cluster.id',
  'listeners',
  'advertised.listeners',
  'controller.quorum.voters',
  'controller.listener.names',
  'log.dir',
  'log.dirs',
  'process.roles',
]

export const brokerDirectory = (dataDirectory: string, nodeId: number): string => `${dataDirectory}/broker-${nodeId}`

export const bootstrapOf = (shape: Pick<ClusterShape, 'host' | 'ports'>): string =>
  shape.ports.map(port => `${shape.host}:${port}`).join(',')

/** The `server.properties` of one node. */
export function nodeProperties(shape: ClusterShape, nodeId: number): Map<string, string> {
  const { host, ports, controllerPorts } = shape
  const listener = `PLAINTEXT://${host}:${ports[nodeId - 1]}`
  const replicationFactor = String(Math.min(3, ports.length))
  return new Map([
    ['default.replication.factor', replicationFactor],
    ['offsets.topic.replication.factor', replicationFactor],
    ['transaction.state.log.replication.factor', replicationFactor],
    ['transaction.state.log.min.isr', String(Math.min(2, ports.length))],
    ...Object.entries(shape.overrides),
    ['node.id', String(nodeId)],
    ['cluster.id', shape.clusterId],
    ['process.roles', 'broker,controller'],
    ['listeners', `${listener},CONTROLLER://${host}:${controllerPorts[nodeId - 1]}`],
    ['advertised.listeners', listener],
    ['controller.listener.names', 'CONTROLLER'],
    ['controller.quorum.voters', controllerPorts.map((port, index) => `${index + 1}@${host}:${port}`).join(',')],
    ['log.dirs', brokerDirectory(shape.dataDirectory, nodeId)],
  ])
}
