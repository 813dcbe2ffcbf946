/** A broker that came to the cluster after it was made: broker only, an observer of the quorum. */
export interface AddedBroker {
  readonly brokerId: number
  readonly port: number
}

/** What one local cluster is made of, once everything is decided. Its voters are the nodes 1 to `ports.length`, for good. */
export interface ClusterShape {
  readonly clusterId: string
  readonly host: string
  readonly ports: readonly number[]
  readonly controllerPorts: readonly number[]
  /** Directories that the voters were formatted with (kraft.version 1). Without: a cluster of an older Brokerbench, with static voters. */
  readonly voterDirectoryIds?: readonly string[]
  /** In order of id. */
  readonly added: readonly AddedBroker[]
  readonly dataDirectory: string
  /** Server properties chosen in the settings, the same for every broker. What `overrides` names, they do not. */
  readonly chosen?: Readonly<Record<string, string>>
  /** Kafka's server properties given on the command line; the same for every broker. */
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
  'controller.quorum.bootstrap.servers',
  'controller.listener.names',
  'log.dir',
  'log.dirs',
  'process.roles',
]

export const brokerDirectory = (dataDirectory: string, nodeId: number): string => `${dataDirectory}/broker-${nodeId}`

/** Brokers of a local cluster, whatever they are: one process on one machine. */
export const brokersMax = 9
/** Of a new cluster. */
export const brokersUsual = 3

type Members = Pick<ClusterShape, 'ports' | 'added'>

/** Every broker with its client port, voters first. */
export const membersOf = ({ ports, added }: Members): readonly AddedBroker[] => [
  ...ports.map((port, index) => ({ brokerId: index + 1, port })),
  ...added,
]

export const isVoter = ({ ports }: Pick<ClusterShape, 'ports'>, brokerId: number): boolean =>
  brokerId >= 1 && brokerId <= ports.length

/** The smallest id above the voters' that nobody has. */
export function freeBrokerId({ ports, added }: Members, isTaken: (brokerId: number) => boolean = () => false): number {
  let brokerId = ports.length + 1
  while (added.some(broker => broker.brokerId === brokerId) || isTaken(brokerId)) brokerId += 1
  return brokerId
}

export const bootstrapOf = (shape: Members & Pick<ClusterShape, 'host'>): string =>
  membersOf(shape)
    .map(({ port }) => `${shape.host}:${port}`)
    .join(',')

/** Voters that are in the log are found by asking around; static ones have to be named. */
function quorumProperty({ controllerPorts, host, voterDirectoryIds }: ClusterShape): [name: string, value: string] {
  return voterDirectoryIds === undefined || voterDirectoryIds.length === 0
    ? ['controller.quorum.voters', controllerPorts.map((port, index) => `${index + 1}@${host}:${port}`).join(',')]
    : ['controller.quorum.bootstrap.servers', controllerPorts.map(port => `${host}:${port}`).join(',')]
}

/** The `server.properties` of one node. */
export function nodeProperties(shape: ClusterShape, nodeId: number): Map<string, string> {
  const { host, ports, controllerPorts } = shape
  const votes = isVoter(shape, nodeId)
  const listener = `PLAINTEXT://${host}:${membersOf(shape).find(member => member.brokerId === nodeId)?.port}`
  const replicationFactor = String(Math.min(3, ports.length))
  return new Map([
    ['default.replication.factor', replicationFactor],
    ['offsets.topic.replication.factor', replicationFactor],
    ['transaction.state.log.replication.factor', replicationFactor],
    ['transaction.state.log.min.isr', String(Math.min(2, ports.length))],
    ...Object.entries(shape.chosen ?? {}),
    ...Object.entries(shape.overrides),
    ['node.id', String(nodeId)],
    ['cluster.id', shape.clusterId],
    ['process.roles', votes ? 'broker,controller' : 'broker'],
    ['listeners', votes ? `${listener},CONTROLLER://${host}:${controllerPorts[nodeId - 1]}` : listener],
    ['advertised.listeners', listener],
    ['controller.listener.names', 'CONTROLLER'],
    quorumProperty(shape),
    ['log.dirs', brokerDirectory(shape.dataDirectory, nodeId)],
  ])
}
