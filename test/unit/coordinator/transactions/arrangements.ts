import { expect } from 'vitest'
import { add, end, init, now, type Producer, statusOf, transactionGround, type TransactionGround } from './transaction-ground.ts'

export async function ongoing(at: TransactionGround): Promise<Producer> {
  const producer = await now(at, init(at))
  expect(await now(at, add(at, producer))).toBe('NONE')
  return producer
}

/** Brings the id into a state; the producer is the one that holds it, as its client knows it. */
const arrangements: Readonly<Record<string, (at: TransactionGround) => Promise<Producer>>> = {
  Empty: at => now(at, init(at)),
  Ongoing: ongoing,
  async PrepareCommit(at) {
    const producer = await ongoing(at)
    at.holdMarkers = true
    await now(at, end(at, producer, true))
    return producer
  },
  async PrepareAbort(at) {
    const producer = await ongoing(at)
    at.holdMarkers = true
    await now(at, end(at, producer, false))
    return producer
  },
  async CompleteCommit(at) {
    const producer = await ongoing(at)
    await now(at, end(at, producer, true))
    return producer
  },
  async CompleteAbort(at) {
    const producer = await ongoing(at)
    await now(at, end(at, producer, false))
    return producer
  },
}

export const inState = async (state: string): Promise<{ at: TransactionGround; producer: Producer }> => {
  const at = await transactionGround()
  const producer = await arrangements[state]!(at)
  expect(await statusOf(at)).toBe(state)
  return { at, producer }
}

export const states = ['Empty', 'Ongoing', 'PrepareCommit', 'PrepareAbort', 'CompleteCommit', 'CompleteAbort'] as const
