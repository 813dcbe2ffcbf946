import type { KafkaErrorName } from '../model/kafka-errors.ts'

/** What a request to move a replica finds. Directories by path. */
export interface MoveAsked {
  readonly target: string
  /** `log.dirs` as configured. */
  readonly configured: readonly string[]
  readonly online: readonly string[]
  /** KIP-1066: they take nothing new. */
  readonly cordoned: readonly string[]
  readonly replica: 'absent' | 'offline' | 'online'
  /** Of the replica, when it is online. */
  readonly current: string | undefined
  /** Where it is being moved to. */
  readonly future: string | undefined
  /** A directory name ends at 255 characters, and that of the copy is longer than that of the log. */
  readonly isNameTooLong: boolean
}

export interface MoveVerdict {
  readonly error: KafkaErrorName
  /** A move to another directory ends now. */
  readonly givesUp: boolean
  /** `remember`: the replica is to be made in that directory when it is made. */
  readonly action: 'nothing' | 'remember' | 'begin'
}

const refused = (error: KafkaErrorName): MoveVerdict => ({ error, givesUp: false, action: 'nothing' })

/** REPL-18, META-10: what AlterReplicaLogDirs does about one partition, with Kafka's answers. */
export function judgeMove(asked: MoveAsked): MoveVerdict {
  const { current, future, target } = asked
  if (asked.isNameTooLong) return refused('INVALID_TOPIC_EXCEPTION')
  if (!asked.configured.includes(target)) return refused('LOG_DIR_NOT_FOUND')
  if (!asked.online.includes(target) || asked.replica === 'offline') return refused('KAFKA_STORAGE_ERROR')
  const isNew = target !== current && target !== future
  if (isNew && asked.cordoned.includes(target)) return refused('INVALID_REPLICA_ASSIGNMENT')
  if (asked.replica === 'absent') return { error: 'REPLICA_NOT_AVAILABLE', givesUp: false, action: 'remember' }
  const givesUp = future !== undefined && future !== target
  if (!isNew) return { error: 'NONE', givesUp, action: 'nothing' }
  // What lies in the directory that is gone might be the newer one.
  const isOneMissing = asked.online.length < asked.configured.length
  return { error: isOneMissing ? 'KAFKA_STORAGE_ERROR' : 'NONE', givesUp, action: isOneMissing ? 'nothing' : 'begin' }
}

export type MoveStep = 'copy' | 'ask-controller' | 'wait' | 'swap'

/** KIP-858: the controller is told, and has it on record, before the copy takes the place; until then it is kept caught up. */
export function nextOfMove(move: { isCaughtUp: boolean; isAsked: boolean; isOnRecord: boolean }): MoveStep {
  if (!move.isCaughtUp) return 'copy'
  if (!move.isAsked) return 'ask-controller'
  return move.isOnRecord ? 'swap' : 'wait'
}
