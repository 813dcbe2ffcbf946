import { cordonedDirectoriesProperty, cordonProblem } from '../model/cordoned-directories.ts'
import { brokerConfigEntry } from '../model/broker-config-table.ts'

/** One broker's configuration, from Kafka's `server.properties` names. */
export interface BrokerConfig {
  readonly nodeId: number
  /** False for a node that is a controller only (`process.roles=controller`). */
  readonly isBroker: boolean
  /** The client listener (also used between brokers). Port 0: any free one. Of a controller only: its one listener. */
  readonly listener: ListenerConfig
  /** Undefined for a node that is a broker only (`process.roles=broker`): an observer of the quorum. */
  readonly controllerListener: ListenerConfig | undefined
  /** What clients are told; the listener itself when not given. Port 0 stands for the real port. */
  readonly advertised: ListenerConfig
  /** The static voters (kraft.version 0); a controller is among them. Empty where only bootstrap servers are named. */
  readonly voters: readonly VoterConfig[]
  /** Where to ask who leads the quorum, when the voters are those of the metadata log (kraft.version 1). */
  readonly bootstrapServers: readonly { readonly host: string; readonly port: number }[]
  readonly logDirectories: readonly string[]
  readonly rack: string | null
  /** Undefined: from `meta.properties`, or made from the voters when the directory is new. */
  readonly clusterId: string | undefined
  /** What the file said, by Kafka's names, known names only. */
  readonly given: ReadonlyMap<string, string>
}

export interface ListenerConfig {
  readonly name: string
  readonly host: string
  readonly port: number
}

export interface VoterConfig {
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

/** A value that no broker can start with; `message` is one line for a person. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Lines of a Java properties file: `name=value`, `name: value`, `#` and `!` comments, a backslash at the end continues a line. */
export function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  const lines = text.replace(/\\\r?\n[ \t]*/g, '').split(/\r?\n/)
  for (const line of lines) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('!')) continue
    const separator = trimmed.search(/[=:]/)
    const name = separator < 0 ? trimmed : trimmed.slice(0, separator).trim()
    properties.set(name, separator < 0 ? '' : trimmed.slice(separator + 1).trim())
  }
  return properties
}

/**
 * Reads Kafka's names. Throws ConfigError on a value that makes no sense; names it does not know go to `warn`, once each, and are
 * otherwise ignored. `broker.id` is read as `node.id`; `zookeeper.connect` is ignored with a word why.
 */
export function brokerConfig(properties: ReadonlyMap<string, string>, warn: (message: string) => void): BrokerConfig {
  const given = knownProperties(properties, warn)
  const nodeId = integer(given, 'node.id', given.get('node.id'))
  if (nodeId < 0) throw new ConfigError(`node.id must not be negative: ${nodeId}`)
  const controllerName = (textOf(given, 'controller.listener.names') ?? 'CONTROLLER').split(',')[0]?.trim() ?? 'CONTROLLER'
  const listeners = listenerList('listeners', textOf(given, 'listeners') ?? '')
  const bootstrapServers = endpointList('controller.quorum.bootstrap.servers', given)
  const named = voterList(textOf(given, 'controller.quorum.voters') ?? '')
  const roles = nodeRoles(textOf(given, 'process.roles') ?? '', nodeId, named)
  const isAlone = named.length === 0 && bootstrapServers.length === 0
  const voters = isAlone ? [soleVoter(nodeId, listeners, controllerName)] : named
  if (isAlone && !roles.isController)
    throw new ConfigError(
      'a node with process.roles=broker needs controller.quorum.bootstrap.servers or controller.quorum.voters',
    )
  if (!roles.isController && textOf(given, 'controller.quorum.auto.join.enable') === 'true')
    throw new ConfigError('controller.quorum.auto.join.enable needs a controller among process.roles')
  const ownController = roles.isController ? controllerListener(listeners, controllerName, voters, nodeId) : undefined
  const listener = listeners.find(candidate => candidate.name !== controllerName) ?? (roles.isBroker ? undefined : ownController)
  if (listener === undefined) throw new ConfigError('listeners names no listener for clients')
  const advertisedText = given.get('advertised.listeners')
  const directories = logDirectories(given)
  const cordonText = cordonProblem(given.get(cordonedDirectoriesProperty) ?? '', directories)
  if (cordonText !== undefined) throw new ConfigError(cordonText)
  const advertised = advertisedText === undefined ? undefined : listenerList('advertised.listeners', advertisedText)
  return {
    nodeId,
    isBroker: roles.isBroker,
    listener,
    controllerListener: ownController,
    advertised: advertised?.find(candidate => candidate.name === listener.name) ?? listener,
    voters,
    bootstrapServers,
    logDirectories: directories,
    rack: given.get('broker.rack') ?? null,
    clusterId: given.get('cluster.id'),
    given,
  }
}

/** The value in force: what the file said, else the default. Empty text where Kafka's default is null. */
export function configValue(config: BrokerConfig, name: string): string {
  return textOf(config.given, name) ?? ''
}

/** A number in force. Throws ConfigError when the text is none. */
export function configNumber(config: BrokerConfig, name: string): number {
  return integer(config.given, name, textOf(config.given, name) ?? undefined)
}

export function configBoolean(config: BrokerConfig, name: string): boolean {
  return configValue(config, name) === 'true'
}

function textOf(given: ReadonlyMap<string, string>, name: string): string | null {
  return given.get(name) ?? brokerConfigEntry(name)?.fallback ?? null
}

function knownProperties(properties: ReadonlyMap<string, string>, warn: (message: string) => void): Map<string, string> {
  const known = new Map<string, string>()
  for (const [name, value] of properties) {
    if (name === 'broker.id') {
      if (!properties.has('node.id')) known.set('node.id', value)
    } else if (name === 'zookeeper.connect') {
      warn('zookeeper.connect is ignored: the brokers keep their metadata themselves (KRaft)')
    } else if (brokerConfigEntry(name) !== undefined) {
      checkType(name, value)
      known.set(name, value)
    } else {
      warn(`${name} is not known and ignored`)
    }
  }
  return known
}

function checkType(name: string, value: string): void {
  const type = brokerConfigEntry(name)?.type
  const isNumber = type === 'int' || type === 'long' || type === 'short'
  if (isNumber && !/^[+-]?\d+$/.test(value)) throw new ConfigError(`${name} must be a whole number: ${value}`)
  if (type === 'double' && !Number.isFinite(Number(value))) throw new ConfigError(`${name} must be a number: ${value}`)
  if (type === 'boolean' && value !== 'true' && value !== 'false')
    throw new ConfigError(`${name} must be true or false: ${value}`)
}

function integer(given: ReadonlyMap<string, string>, name: string, text: string | undefined): number {
  if (text === undefined) throw new ConfigError(`${name} is missing`)
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new ConfigError(`${name} must be a number: ${given.get(name) ?? text}`)
  return value
}

function listenerList(name: string, text: string): ListenerConfig[] {
  return text
    .split(',')
    .filter(part => part.trim() !== '')
    .map(part => {
      const match = /^\s*([A-Za-z_][\w-]*):\/\/(.*):(\d+)\s*$/.exec(part)
      const [, listenerName, host, port] = match ?? []
      if (listenerName === undefined || host === undefined || Number(port) > 65535) {
        throw new ConfigError(`${name} must be a list of NAME://HOST:PORT: ${part.trim()}`)
      }
      return { name: listenerName, host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
    })
}

function voterList(text: string): VoterConfig[] {
  return text
    .split(',')
    .filter(part => part.trim() !== '')
    .map(part => {
      const match = /^\s*(\d+)@(.*):(\d+)\s*$/.exec(part)
      if (match === null) throw new ConfigError(`controller.quorum.voters must be a list of ID@HOST:PORT: ${part.trim()}`)
      return { nodeId: Number(match[1]), host: (match[2] ?? '').replace(/^\[|\]$/g, ''), port: Number(match[3]) }
    })
}

/** A node that names nobody is a quorum of its own. */
function soleVoter(nodeId: number, listeners: readonly ListenerConfig[], controllerName: string): VoterConfig {
  const own = listeners.find(listener => listener.name === controllerName)
  return { nodeId, host: own?.host ?? '127.0.0.1', port: own?.port ?? 0 }
}

function endpointList(name: string, given: ReadonlyMap<string, string>): { host: string; port: number }[] {
  return (textOf(given, name) ?? '')
    .split(',')
    .filter(part => part.trim() !== '')
    .map(part => {
      const match = /^\s*(.+):(\d+)\s*$/.exec(part)
      if (match === null) throw new ConfigError(`${name} must be a list of HOST:PORT: ${part.trim()}`)
      return { host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port: Number(match[2]) }
    })
}

interface NodeRoles {
  readonly isBroker: boolean
  readonly isController: boolean
}

/** What a node is, is said by its roles and by the voters, which must agree. */
function nodeRoles(text: string, nodeId: number, voters: readonly VoterConfig[]): NodeRoles {
  const named = text.split(',').map(role => role.trim())
  const unknown = named.find(role => role !== 'broker' && role !== 'controller')
  if (unknown !== undefined) throw new ConfigError(`process.roles must be broker, controller, or both: ${unknown}`)
  const roles = { isBroker: named.includes('broker'), isController: named.includes('controller') }
  if (voters.length === 0 || roles.isController === voters.some(voter => voter.nodeId === nodeId)) return roles
  throw new ConfigError(
    roles.isController
      ? `node ${nodeId} is not among controller.quorum.voters: with process.roles=broker it can join, and with controller.quorum.bootstrap.servers in their place become a voter later`
      : `node ${nodeId} is among controller.quorum.voters, but process.roles=broker`,
  )
}

function controllerListener(
  listeners: readonly ListenerConfig[],
  name: string,
  voters: readonly VoterConfig[],
  nodeId: number,
): ListenerConfig {
  const listed = listeners.find(listener => listener.name === name)
  if (listed !== undefined) return listed
  const own = voters.find(voter => voter.nodeId === nodeId)
  return { name, host: own?.host ?? '127.0.0.1', port: own?.port ?? 0 }
}

function logDirectories(given: ReadonlyMap<string, string>): string[] {
  const text = given.get('log.dirs') ?? textOf(given, 'log.dir') ?? ''
  const directories = text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
  if (directories.length === 0) throw new ConfigError('log.dirs is empty')
  return directories
}
