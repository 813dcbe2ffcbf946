import type { InputOf } from '../../../src-main/contract/contract.ts'

export type TransactionChoice = 'none' | 'commit' | 'abort' | 'ask'

/** As typed: numbers are text until they are read. */
export interface ManyOptions {
  readonly count: string
  readonly rate: string
  readonly transaction: TransactionChoice
  readonly file: string
  readonly seed: string
}

export const firstOptions: ManyOptions = { count: '1000', rate: '100', transaction: 'none', file: '', seed: '' }

export interface OptionProblems {
  readonly count?: string
  readonly rate?: string
  readonly seed?: string
}

export function optionProblems({ count, rate, seed, file }: ManyOptions): OptionProblems {
  const isAllLines = count.trim() === '' && file.trim() !== ''
  return {
    ...(isAllLines || isWhole(count, 1, 1_000_000_000)
      ? {}
      : { count: 'A whole number from 1 to 1,000,000,000; empty with a file: all lines' }),
    ...(rate.trim() === '' || isRate(rate) ? {} : { rate: 'From 0.01 to 1,000,000, or empty: as fast as it goes' }),
    ...(seed.trim() === '' || isWhole(seed, 0, 4_294_967_295) ? {} : { seed: 'A whole number below 2^32, or empty' }),
  }
}

type Many = Pick<InputOf<'records.produceMany'>, 'count' | 'ratePerSecond' | 'transaction' | 'file' | 'seed'>

export const manyOrder = ({ count, rate, transaction, file, seed }: ManyOptions): Many => ({
  count: count.trim() === '' ? null : numberOf(count),
  ratePerSecond: rate.trim() === '' ? null : numberOf(rate),
  transaction: transaction === 'none' ? null : { outcome: transaction },
  file: file.trim() === '' ? null : file.trim(),
  seed: seed.trim() === '' ? null : numberOf(seed),
})

const numberOf = (text: string): number => Number(text.replaceAll(/[,_\s]/g, ''))

const isWhole = (text: string, min: number, max: number): boolean =>
  /^[\d,_\s]+$/.test(text) && /\d/.test(text) && numberOf(text) >= min && numberOf(text) <= max

const isRate = (text: string): boolean => {
  const rate = numberOf(text)
  return Number.isFinite(rate) && rate >= 0.01 && rate <= 1_000_000
}
