import type { Endpoint } from '../env/network.ts'

/**
 * Who votes in the metadata quorum (KIP-853). A replica is named by its id and the id of the directory that holds its log: a node that
 * lost its disk and comes back empty is another replica, and must not count for what the first one had promised.
 */
export interface ReplicaKey {
  readonly id: number
  /** Undefined where it is not known: static voters (kraft.version 0), requests of older versions. */
  readonly directoryId: string | undefined
}

export interface Listener extends Endpoint {
  readonly name: string
}

export interface KRaftVersionRange {
  readonly min: number
  readonly max: number
}

export interface Voter extends ReplicaKey {
  /** Controller listeners, among them one of the name that the others have. */
  readonly listeners: readonly Listener[]
  readonly kraftVersions: KRaftVersionRange
}

/** By id, ascending: two voters never share one. */
export type VoterSet = ReadonlyMap<number, Voter>

/** Levels of kraft.version that this software speaks: 0, static voters; 1, voters that can be changed. */
export const supportedKRaftVersions: KRaftVersionRange = { min: 0, max: 1 }

/** Throws on an id given twice: the set of a configuration or of a record must be one. */
export function voterSet(voters: Iterable<Voter>): VoterSet {
  const set = new Map<number, Voter>()
  for (const voter of [...voters].sort((a, b) => a.id - b.id)) {
    if (set.has(voter.id)) throw new Error(`voter ${voter.id} is named twice`)
    set.set(voter.id, voter)
  }
  return set
}

/** Whether `key` is a voter. A set that knows no directory of it goes by the id alone. */
export function isVoterOf(voters: VoterSet, key: ReplicaKey): boolean {
  const voter = voters.get(key.id)
  return voter !== undefined && (voter.directoryId === undefined || voter.directoryId === key.directoryId)
}

export const isSameReplica = (one: ReplicaKey, other: ReplicaKey): boolean =>
  one.id === other.id && one.directoryId === other.directoryId

export const majorityOf = (voters: VoterSet): number => Math.floor(voters.size / 2) + 1

/** Undefined when its id is taken, also by another directory: that one has to be removed first. */
export const withVoter = (voters: VoterSet, voter: Voter): VoterSet | undefined =>
  voters.has(voter.id) ? undefined : voterSet([...voters.values(), voter])

/** Undefined when it is no voter, or the last one. */
export function withoutVoter(voters: VoterSet, key: ReplicaKey): VoterSet | undefined {
  const voter = voters.get(key.id)
  if (voter === undefined || !isSameReplica(voter, key) || voters.size === 1) return undefined
  return voterSet([...voters.values()].filter(each => each.id !== key.id))
}

/** New listeners and versions of a voter that stays; undefined when it is none. */
export const withUpdatedVoter = (voters: VoterSet, voter: Voter): VoterSet | undefined =>
  isVoterOf(voters, voter) ? voterSet([...voters.values()].map(each => (each.id === voter.id ? voter : each))) : undefined

/**
 * Whether any majority of one meets any majority of the other: they differ by one replica at most, a replaced directory being two. This is what
 * makes one change at a time safe without a joint configuration.
 */
export function majoritiesMeet(one: VoterSet, other: VoterSet): boolean {
  const lacks = (from: VoterSet, to: VoterSet) => [...from.values()].filter(voter => !isVoterOf(to, voter)).length
  return lacks(one, other) + lacks(other, one) <= 1
}

export const supportsKRaftVersion = (voter: Pick<Voter, 'kraftVersions'>, level: number): boolean =>
  level >= voter.kraftVersions.min && level <= voter.kraftVersions.max

export const voterKeys = (voters: VoterSet): ReplicaKey[] =>
  [...voters.values()].map(({ id, directoryId }) => ({ id, directoryId }))

/** Where a voter is reached: by the listener that has the name of one's own, else by the first that there is. */
export const endpointOfVoter = (voter: Voter | undefined, listenerName?: string): Endpoint | undefined => {
  const listener = listenerNamed(voter?.listeners ?? [], listenerName) ?? voter?.listeners[0]
  return listener === undefined ? undefined : { host: listener.host, port: listener.port }
}

export const listenerNamed = (listeners: readonly Listener[], name: string | undefined): Listener | undefined =>
  listeners.find(listener => listener.name === name)

export const isSameVoter = (one: Voter, other: Voter): boolean =>
  isSameReplica(one, other) &&
  one.kraftVersions.min === other.kraftVersions.min &&
  one.kraftVersions.max === other.kraftVersions.max &&
  one.listeners.length === other.listeners.length &&
  one.listeners.every((listener, index) => isSameListener(listener, other.listeners[index]))

const isSameListener = (one: Listener, other: Listener | undefined): boolean =>
  one.name === other?.name && one.host === other.host && one.port === other.port

/** For messages: `(id: 1, directoryId: …)`. */
export const keyText = (key: ReplicaKey): string =>
  key.directoryId === undefined ? `node ${key.id}` : `node ${key.id} (directory ${key.directoryId})`
