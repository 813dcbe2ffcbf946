import { unreachable } from '../../base/assert.ts'
import { answer, type Machine } from '../runtime/machine.ts'
import type { SendMarkers, TransactionCommand, TransactionDecision, TransactionFact, TransactionsState } from './commands.ts'
import { decideComplete, decideEnd } from './end.ts'
import { decideInit, refusedInit } from './init-producer-id.ts'
import { decideAddPartitions, decideVerify } from './partitions.ts'
import { decodeTransactionFact, encodeTransactionFact } from './records.ts'
import { type TransactionSettings, transactionalIdsPerPartitionMax } from './settings.ts'
import { afterLoading, decideAbortTimedOut, decideExpireIds } from './upkeep.ts'

export type TransactionMachine = Machine<TransactionsState, TransactionCommand, TransactionFact, SendMarkers>

/** The transactional ids of one partition of `__transaction_state`. */
export function transactionMachine(settings: TransactionSettings): TransactionMachine {
  return {
    initial: () => new Map(),
    decide: (state, command, nowMs) => decide(state, command, nowMs, settings),
    evolve(state, { transactionalId, transaction }) {
      if (transaction === undefined) state.delete(transactionalId)
      else state.set(transactionalId, transaction)
    },
    encode: encodeTransactionFact,
    decode: decodeTransactionFact,
    loaded: state => afterLoading(state, settings),
  }
}

function decide(
  state: TransactionsState,
  command: TransactionCommand,
  nowMs: number,
  settings: TransactionSettings,
): TransactionDecision {
  switch (command.kind) {
    case 'init':
      if (state.size >= transactionalIdsPerPartitionMax && !state.has(command.transactionalId)) {
        return answer(command.ticket, refusedInit('COORDINATOR_NOT_AVAILABLE'))
      }
      return decideInit(state.get(command.transactionalId), command, nowMs)
    case 'add-partitions':
      return decideAddPartitions(state.get(command.transactionalId), command, nowMs)
    case 'verify':
      return decideVerify(state.get(command.transactionalId), command)
    case 'end':
      return decideEnd(state.get(command.transactionalId), command, nowMs)
    case 'complete':
      return decideComplete(state.get(command.prepared.transactionalId), command, nowMs)
    case 'abort-timed-out':
      return decideAbortTimedOut(state, nowMs, settings)
    case 'expire-ids':
      return decideExpireIds(state, nowMs, settings)
    default:
      return unreachable(command)
  }
}
