import { FailureError } from '../contract/failure.ts'
import type { Failure } from '../contract/failure.ts'

/** Any error as what the window may see: our own mistakes lose their details on the way (they are reported beside). */
export function toFailure(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure
  return { code: 'BUG', message: 'Something in Brokerbench itself went wrong; the terminal has the details.' }
}

export const notFound = (message: string): FailureError => new FailureError({ code: 'NOT_FOUND', message })
export const badInput = (message: string, hint?: string): FailureError =>
  new FailureError({ code: 'BAD_INPUT', message, ...(hint === undefined ? {} : { hint }) })
export const refused = (message: string, hint?: string): FailureError =>
  new FailureError({ code: 'REFUSED', message, ...(hint === undefined ? {} : { hint }) })
