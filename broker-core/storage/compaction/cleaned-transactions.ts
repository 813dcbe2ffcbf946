import { batchIsTransactional, batchLastOffset, batchProducerId } from '../../records/batch-header.ts'
import type { TransactionMarker } from '../log-producers.ts'
import type { AbortedTransaction } from '../transaction-index.ts'

interface Ongoing {
  readonly transaction: AbortedTransaction
  hasData: boolean
}

/**
 * Follows transactions while the batches of a log go by in order: which data was aborted, and which markers end a transaction of which
 * no data is left (CLEAN-05).
 */
export class CleanedTransactions {
  readonly #aborted: AbortedTransaction[]
  #nextAborted = 0
  readonly #ongoingAborted = new Map<number, Ongoing>()
  readonly #withCommittedData = new Set<number>()
  /** Told of each aborted transaction that still has data or its marker: its entry goes to the rewritten index. */
  readonly #onKept: (transaction: AbortedTransaction) => void

  constructor(aborted: readonly AbortedTransaction[], onKept: (transaction: AbortedTransaction) => void) {
    this.#aborted = [...aborted].sort((one, other) => one.firstOffset - other.firstOffset)
    this.#onKept = onKept
  }

  /** True when the data batch belongs to an aborted transaction. */
  takeBatch(bytes: Uint8Array, at: number): boolean {
    this.#beginUpTo(batchLastOffset(bytes, at))
    if (!batchIsTransactional(bytes, at)) return false
    const producerId = batchProducerId(bytes, at)
    const ongoing = this.#ongoingAborted.get(producerId)
    if (ongoing === undefined) {
      this.#withCommittedData.add(producerId)
      return false
    }
    ongoing.hasData = true
    return true
  }

  /** True when no data of the transaction went by, so that its marker may go. `undefined`: a control batch already emptied. */
  takeMarker(marker: TransactionMarker | undefined): boolean {
    if (marker === undefined) return true
    this.#beginUpTo(marker.offset)
    if (!marker.isAbort) return !this.#withCommittedData.delete(marker.producerId)
    const ongoing = this.#ongoingAborted.get(marker.producerId)
    this.#ongoingAborted.delete(marker.producerId)
    if (ongoing === undefined || !ongoing.hasData) return true
    this.#onKept(ongoing.transaction)
    return false
  }

  #beginUpTo(offset: number): void {
    for (; this.#nextAborted < this.#aborted.length; this.#nextAborted++) {
      const transaction = this.#aborted[this.#nextAborted]!
      if (transaction.firstOffset > offset) return
      if (!this.#ongoingAborted.has(transaction.producerId)) {
        this.#ongoingAborted.set(transaction.producerId, { transaction, hasData: false })
      }
    }
  }
}
